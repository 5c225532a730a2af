#include "snapshot_rows.h"

#include <stdio.h>

#include <pentad/replay/difference.h>

#include "answering.h"

static int ask(void *ctx, const char *path, json_t **ret, struct pt_err *err) {
    return pt_cli_get_json(ctx, path, ret, err);
}

int pt_cli_snapshot_difference(struct cli_hub *hub, struct pt_ledger *own, enum pt_party reader,
                               json_t **ret, struct pt_err *err) {
    return pt_replay_difference(ask, hub, own, reader, ret, err);
}

void pt_cli_snapshot_print(const json_t *d, bool zh) {
    const json_t *row = json_object_get(d, "row");
    const char *own = json_string_value(json_object_get(row, "own"));
    const char *hub = json_string_value(json_object_get(row, "hub"));
    if (json_is_null(row)) {
        bool liar = json_is_false(json_object_get(d, "equal"));
        const char *more_zh = liar ? "日志所载摘要并非出自这些行" : "更早一日的各行已不再保存";
        const char *more_en =
            liar ? "what it logged isn't their digest" : "rows of an older day are no longer kept";
        printf(zh ? "中枢%s的台账各行与此处一致（%lld页）；%s\n"
                  : "the hub's rows of %s are the same as here (%lld pages): %s\n",
               pt_cli_text(d, "day"), (long long)json_integer_value(json_object_get(d, "compared")),
               zh ? more_zh : more_en);
        return;
    }
    printf(zh ? "第一处不同的行：%s %lld年度 %s：此处%s，中枢%s\n"
              : "the first row that differs: %s %lld %s: here %s, at the hub %s\n",
           pt_cli_text(row, "subject"),
           (long long)json_integer_value(json_object_get(row, "fiscal_year")),
           pt_cli_text(row, "formula"),
           own  ? own
           : zh ? "无"
                : "none",
           hub  ? hub
           : zh ? "无"
                : "none");
}
