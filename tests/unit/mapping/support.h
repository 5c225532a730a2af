/* A mapper driven to its end over a small CSV text, with all it hands out kept. */
#ifndef PENTAD_TEST_MAPPING_SUPPORT_H
#define PENTAD_TEST_MAPPING_SUPPORT_H

#include <pentad/mapping/mapping.h>
#include <pentad/record/codes.h>
#include <pentad/record/party.h>

struct got_record {
    char type[16];
    char *json;
    char *position;
    char *doc_key;
    int32_t send_day;
    uint64_t first_line, last_line;
    size_t rows;
};
struct got_dead {
    char *file, *column, *value, *en, *zh;
    uint64_t line;
    int code;
};
struct got_deferred {
    uint8_t *packed;
    size_t len, rule;
    uint64_t line;
    char *want;
};
/* What a run gave. */
struct got {
    struct got_record *records;
    size_t n_records;
    struct got_dead *dead;
    size_t n_dead;
    struct got_deferred *deferred;
    size_t n_deferred;
    struct pt_tally tally;
    int rc; /* of load, open, start or step */
    struct pt_err err;
};

struct run {
    const char *yaml;    /* text, or */
    const char *mapping; /* a path below the source folder */
    const char *csv;     /* text (csv_len 0 = strlen), or */
    size_t csv_len;
    const char *csv_path;  /* a file */
    const char *file_name; /* of the text's file; default rows.csv */
    const struct pt_var *vars;
    size_t n_vars;
    const char *position;
    int32_t until;
    /* references that are there: "party type doc_no", NULL-terminated; "*" = all */
    const char *const *known;
    const char *party;  /* validate as this party's records; NULL = don't */
    const char *family; /* code family, default cn */
    bool no_json;       /* count the records only */
    /* called for each record besides */
    void (*each)(void *ctx, const struct pt_mapped *m);
    void *ctx;
};

void run_mapping(const struct run *r, struct got *ret);
/* Maps deferred row i of `from` again, with `r->known`. */
void run_again(const struct run *r, const struct got *from, size_t i, struct got *ret);
void got_done(struct got *g);
/* Value of a "name":value in the record's JSON text, without quotes; "" if there is none. */
const char *json_value(const struct got *g, size_t record, const char *name);
char *temp_dir(void); /* caller frees; removed by temp_done */
void temp_done(char *dir);
void write_file(const char *dir, const char *name, const void *p, size_t n);

#endif
