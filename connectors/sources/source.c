#include <pentad/sources/source.h>

#include <string.h>

int pt_source_open(const struct pt_source_config *config, const char *path, struct pt_source *ret,
                   struct pt_err *err) {
    memset(ret, 0, sizeof(*ret));
    if (config->format[0] == '\0' || strcmp(config->format, "csv") == 0)
        return pt_csv_open(config, path, ret, err);
    return pt_err_set(err, PT_E_CONFIG, "%s: no source reads the format \"%s\" (there is: csv)",
                      path, config->format);
}
