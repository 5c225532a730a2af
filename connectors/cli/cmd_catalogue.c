/* pentad catalogue: the types of records, as the programs know them; docs/records.md is its
 * --markdown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pentad/record/catalogue.h>
#include <pentad/record/describe.h>

#include "cli.h"
#include "reference.h"

enum { PAGE_MAX = 4 * 1024 * 1024, ENUMS_MAX = 96 };

/* ---- words for the catalogue's bits ---- */

static void parties_put(struct pt_buf *out, pt_party_set set, bool chinese) {
    const char *between = "";
    if (set == PT_PARTIES_ALL || set == PT_PARTIES_SIX) {
        (void)pt_buf_puts(out, set == PT_PARTIES_SIX ? (chinese ? "五方与办公室" : "the six")
                                                     : (chinese ? "各方与枢纽" : "the six, hub"));
        return;
    }
    for (enum pt_party p = PT_PARTY_CONGRESS; p < PT_PARTY_END; p = (enum pt_party)((int)p + 1)) {
        if (pt_party_in(set, p)) {
            (void)pt_buf_printf(out, "%s%s", between,
                                chinese ? pt_party_name_zh(p) : pt_party_name(p));
            between = chinese ? "、" : ", ";
        }
    }
}

/* The names of an enum's values whose bits are set, without their prefix. */
static void bits_put(struct pt_buf *out, const ProtobufCEnumDescriptor *d, size_t prefix,
                     uint32_t bits) {
    const char *between = "";
    for (unsigned i = 0; i < d->n_values; i++) {
        if (d->values[i].value < 32 && bits & (1U << (unsigned)d->values[i].value)) {
            (void)pt_buf_printf(out, "%s%s", between, d->values[i].name + prefix);
            between = " ";
        }
    }
}

/* "item" for all of PROJECT, POLICY …, as the page's head explains. */
static void subjects_short(struct pt_buf *out, uint32_t bits, bool zh) {
    uint32_t rest = bits & ~PT_SUBJECTS_NONE;
    if (!rest) {
        (void)pt_buf_puts(out, zh ? "无" : "none");
        return;
    }
    if ((rest & PT_SUBJECTS_ITEM) == PT_SUBJECTS_ITEM) {
        rest &= ~PT_SUBJECTS_ITEM;
        (void)pt_buf_printf(out, "%s%s", zh ? "事项" : "item", rest ? " " : "");
    }
    bits_put(out, &pentad__v1__subject_kind__descriptor, sizeof "SUBJECT_KIND_" - 1, rest);
    if (bits & PT_SUBJECTS_NONE) {
        (void)pt_buf_puts(out, zh ? "或无" : " or none");
    }
}

static void subjects_put(struct pt_buf *out, uint32_t bits) {
    bits_put(out, &pentad__v1__subject_kind__descriptor, sizeof "SUBJECT_KIND_" - 1, bits);
}

static void correction_names(struct pt_buf *out, unsigned bits) {
    bits_put(out, &pentad__v1__correction__descriptor, sizeof "CORRECTION_" - 1, bits);
}

static void corrections_put(struct pt_buf *out, unsigned bits, bool zh) {
    correction_names(out, bits);
    if (!bits) {
        (void)pt_buf_puts(out, zh ? "无" : "none");
    }
}

static const struct {
    unsigned flag;
    const char *name;
} head_flags[] = {{PT_RT_YEAR, "fiscal_year"},
                  {PT_RT_EFFECTIVE, "effective"},
                  {PT_RT_DOC_NO, "doc_no"},
                  {PT_RT_APPLICANT, "originator"}};

static void head_put(struct pt_buf *out, unsigned flags) {
    const char *between = "";
    for (size_t i = 0; i < sizeof head_flags / sizeof *head_flags; i++) {
        if (flags & head_flags[i].flag) {
            (void)pt_buf_printf(out, "%s%s", between, head_flags[i].name);
            between = " ";
        }
    }
}

/* "纪检监察；仅合计：联席会议办公室", with those whom the record itself names. */
static void readers_put(struct pt_buf *out, const struct pt_record_info *r, bool zh) {
    parties_put(out, r->readers, zh);
    if (r->flags & PT_RT_SENDER) {
        (void)pt_buf_puts(out, r->readers == 0 ? "" : zh ? "、" : ", ");
        (void)pt_buf_puts(out, zh ? "线索移送方及作者" : "the clue's sender, its author");
    }
    if (r->flags & PT_RT_OPENS) {
        (void)pt_buf_puts(out, zh ? "；开封后：五方与办公室" : "; once opened: the six");
    }
    if (r->type == PT_TYPE_DISCREPANCY) {
        (void)pt_buf_puts(out, zh ? "；涉线索的（K55至K57）：纪检监察、答复方、线索移送方"
                                  : "; about clues (K55 to K57): discipline, who answers, the "
                                    "clue's sender");
    }
    if (r->type == PT_TYPE_DISCREPANCY_REPLY) {
        (void)pt_buf_puts(out, zh ? "；涉线索的（K55至K57）：纪检监察、线索移送方及作者"
                                  : "; about clues (K55 to K57): discipline, the clue's sender, "
                                    "its author");
    }
}

/* What the public gets to read of the type. */
static const char *public_word(const struct pt_record_info *r, bool zh) {
    if (r->type == PT_TYPE_DISCLOSURE) { /* covers itself */
        return zh ? "公众" : "public";
    }
    return !(r->flags & PT_RT_DISCLOSED) ? "" : zh ? "公开后：公众" : "public once disclosed";
}

/* ---- a field's own words ---- */

static const ProtobufCEnumDescriptor *enum_of(const struct pt_field_about *a) {
    return a->field->type == PROTOBUF_C_TYPE_ENUM ? a->field->descriptor : NULL;
}

/* A note in the language of the page. */
static const char *said(const char *note, bool zh) {
    return zh ? pt_cli_proto_note_zh(note) : note;
}

static struct proto_note note_of(const struct pt_field_about *a) {
    struct proto_note note;
    if (!pt_cli_proto_note_find(a->in->short_name, a->field->name, &note)) {
        memset(&note, 0, sizeof note);
    }
    return note;
}

/* ---- Markdown ---- */

struct page {
    struct pt_buf *out;
    bool zh;
    const ProtobufCEnumDescriptor *enums[ENUMS_MAX]; /* met so far */
    size_t n_enums;
};

static void enum_meet(struct page *p, const ProtobufCEnumDescriptor *d) {
    for (size_t i = 0; i < p->n_enums; i++) {
        if (p->enums[i] == d) {
            return;
        }
    }
    PT_ASSERT(p->n_enums < ENUMS_MAX);
    p->enums[p->n_enums++] = d;
}

static void lower_put(struct pt_buf *out, const char *name) {
    for (; *name; name++) {
        (void)pt_buf_putc(out, *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name);
    }
}

static void field_markdown(void *user, const struct pt_field_about *a) {
    struct page *p = user;
    const ProtobufCEnumDescriptor *e = enum_of(a);
    struct proto_note note = note_of(a);
    if (note.before[0]) {
        (void)pt_buf_puts(p->out, "| | | | | *");
        pt_cli_markdown_text(p->out, said(note.before, p->zh));
        (void)pt_buf_puts(p->out, "* |\n");
    }
    (void)pt_buf_printf(p->out, "| %u | `%s` | %s | ", a->field->id, a->path,
                        !a->required ? ""
                        : p->zh      ? "是"
                                     : "yes");
    if (a->items_max) {
        (void)pt_buf_printf(p->out, p->zh ? "至多%zu个：" : "up to %zu: ", a->items_max);
    }
    if (e) {
        enum_meet(p, e);
        (void)pt_buf_printf(p->out, "[%s](#", e->short_name);
        lower_put(p->out, e->short_name);
        (void)pt_buf_puts(p->out, ")");
    } else {
        (void)pt_buf_puts(p->out, p->zh ? a->accepts_zh : a->accepts);
    }
    (void)pt_buf_puts(p->out, " | ");
    pt_cli_markdown_text(p->out, said(note.after, p->zh));
    (void)pt_buf_puts(p->out, " |\n");
}

static void fields_markdown(struct page *p, enum pt_record_type type) {
    (void)pt_buf_puts(p->out, p->zh ? "| 序号 | 字段 | 必填 | 接受 | |\n"
                                    : "| no. | field | required | accepts | |\n");
    (void)pt_buf_puts(p->out, "|---|---|---|---|---|\n");
    pt_record_describe(type, field_markdown, p);
}

static void overview_markdown(const struct page *p, const struct pt_record_info *rows, size_t n) {
    struct pt_buf *out = p->out;
    (void)pt_buf_puts(
        out, p->zh ? "| 类型 | | 报送方 | 查阅方 | 对象 | 更正方式 | 对应要求 |\n"
                   : "| type | | written by | read by | subject | corrections | answers to |\n");
    (void)pt_buf_puts(out, "|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        const struct pt_record_info *r = &rows[i];
        (void)pt_buf_printf(out, "| [%s](#", r->code);
        lower_put(out, r->code);
        if (p->zh) {
            (void)pt_buf_printf(out, ") | %s | ", r->name_zh);
        } else {
            (void)pt_buf_printf(out, ") | %s %s | ", r->name_zh, r->name_en);
        }
        parties_put(out, r->authors, p->zh);
        (void)pt_buf_puts(out, " | ");
        readers_put(out, r, p->zh);
        if (r->aggregate) {
            (void)pt_buf_puts(out, p->zh ? "；仅合计：" : "; sums only: ");
            parties_put(out, r->aggregate, p->zh);
        }
        if (public_word(r, p->zh)[0]) {
            (void)pt_buf_printf(out, "%s%s", p->zh ? "；" : "; ", public_word(r, p->zh));
        }
        (void)pt_buf_puts(out, " | ");
        subjects_short(out, r->subjects, p->zh);
        (void)pt_buf_puts(out, " | ");
        corrections_put(out, r->corrections, p->zh);
        (void)pt_buf_printf(out, " | %s |\n", r->requirements);
    }
}

static void type_markdown(struct page *p, const struct pt_record_info *r) {
    struct proto_note note;
    if (p->zh) {
        (void)pt_buf_printf(p->out, "\n### %s\n\n%s。`%s`，Record的第%d号字段。", r->code,
                            r->name_zh, r->member, (int)r->type);
    } else {
        (void)pt_buf_printf(p->out, "\n### %s\n\n%s %s. `%s`, field %d of Record.", r->code,
                            r->name_zh, r->name_en, r->member, (int)r->type);
    }
    if (r->flags & (PT_RT_YEAR | PT_RT_EFFECTIVE | PT_RT_DOC_NO | PT_RT_APPLICANT)) {
        (void)pt_buf_puts(p->out, p->zh ? "共有字段中必填：" : " Of the common fields it needs: ");
        head_put(p->out, r->flags);
        (void)pt_buf_puts(p->out, p->zh ? "。" : ".");
    }
    if (pt_cli_proto_note_find(r->body->short_name, NULL, &note) && note.before[0]) {
        (void)pt_buf_puts(p->out, "\n\n> ");
        pt_cli_markdown_text(p->out, said(note.before, p->zh));
    }
    (void)pt_buf_puts(p->out, "\n\n");
    fields_markdown(p, r->type);
}

static int enum_order(const void *a, const void *b) {
    const ProtobufCEnumDescriptor *const *x = a, *const *y = b;
    return strcmp((*x)->short_name, (*y)->short_name);
}

/* What all the names of an enum begin with: up to and with the last '_' of "…_UNSPECIFIED". */
static size_t enum_prefix(const ProtobufCEnumDescriptor *d) {
    const char *zero = d->values[0].name;
    size_t n = strlen(zero);
    while (n > 0 && zero[n - 1] != '_') {
        n--;
    }
    return n;
}

static void enum_markdown(struct pt_buf *out, const ProtobufCEnumDescriptor *d, bool zh) {
    size_t prefix = enum_prefix(d);
    struct proto_note note;
    (void)pt_buf_printf(out, "\n### %s\n\n", d->short_name);
    for (unsigned i = 0; i < d->n_values; i++) {
        const ProtobufCEnumValue *v = &d->values[i];
        if (v->value == 0) {
            continue;
        }
        (void)pt_buf_printf(out, "- %d `%s`", v->value, v->name + prefix);
        if (pt_cli_proto_note_find(d->short_name, v->name, &note) && note.after[0]) {
            (void)pt_buf_putc(out, ' ');
            pt_cli_markdown_text(out, said(note.after, zh));
        }
        (void)pt_buf_putc(out, '\n');
    }
}

static const char page_head[] =
    "# Records 记录\n"
    "\n"
    "What the parties may say to each other: every type of record, who may write it, who reads it, "
    "and what each of its fields accepts. Printed by\n"
    "`pentad catalogue --markdown` from the tables that the programs run by; a test compares the "
    "two.\n"
    "\n"
    "Units, everywhere: `…_fen` RMB cents (negative only where a line says so), `…_bp` basis "
    "points, `…_cp` centipoints (100.00 points = 10000), dates yyyymmdd,\n"
    "months yyyymm, fiscal years yyyy. A field that names a body (`dept`, `unit`, `resp_org` …) "
    "holds its key: a unified social credit code, or the jurisdiction's\n"
    "own code. *Required* binds wherever the message around the field is there; a WITHDRAW may "
    "leave the body empty. What must hold between fields is checked\n"
    "too and named in the refusal. The numbers never change.\n"
    "\n"
    "Parties: congress 人大, discipline 纪检监察, organization 组织部, finance 财政局, audit "
    "审计局, office 联席会议办公室 (the six), and the hub 枢纽. The last column\n"
    "names the [requirements](requirements.md) that the type answers to. A party corrects its own "
    "records only, but that organization supplements finance's P03 (and corrects what it "
    "supplemented).\n"
    "*item* stands for PROJECT, POLICY, TRANSFER, FUND, PPP, DEBT or GOVBUY.\n"
    "\n"
    "## Types\n"
    "\n";

static const char page_head_zh[] =
    "# 记录\n"
    "\n"
    "各方可以互相报送的内容：每种记录由谁报送、供谁查阅、每个字段接受什么。由`pentad catalogue "
    "--markdown --zh`\n"
    "从程序运行所依据的表印出。\n"
    "\n"
    "计量：`…_fen`为人民币分（除注明外不为负），`…_bp`为基点，`…_cp`为百分之一分（100."
    "00分即10000），日期yyyymmdd，\n"
    "月份yyyymm，年度yyyy。指称机构的字段（`dept`、`unit`、`resp_org`"
    "等）填机构代码：统一社会信用代码，或本地代码。\n"
    "*必填*"
    "指字段所在的一项存在时必填；WITHDRAW的正文可以留空。字段之间须成立的关系同样校验，拒收时说明。"
    "编号永不改变。\n"
    "\n"
    "主体：congress 人大、discipline 纪检监察、organization 组织部、finance 财政局、audit "
    "审计局、office 联席会议办公室\n"
    "（以上为五方与办公室），以及hub "
    "枢纽。末列为该类型所对应的[要求](requirements.md)。各方只能更正自己的记录，但组织部可补充\n"
    "财政局的P03，并可更正自己的补充。*事项*"
    "指PROJECT、POLICY、TRANSFER、FUND、PPP、DEBT、GOVBUY。\n"
    "\n"
    "## 类型\n"
    "\n";

static int page_markdown(struct pt_buf *out, bool zh) {
    size_t n = 0;
    const struct pt_record_info *rows = pt_record_infos(&n);
    struct page p = {.out = out, .zh = zh};
    (void)pt_buf_puts(out, zh ? page_head_zh : page_head);
    overview_markdown(&p, rows, n);
    (void)pt_buf_puts(out, zh ? "\n## 各记录共有的字段\n\n" : "\n## What all records share\n\n");
    fields_markdown(&p, PT_TYPE_NONE);
    (void)pt_buf_puts(out, zh ? "\n## 正文\n" : "\n## Bodies\n");
    for (size_t i = 0; i < n; i++) {
        type_markdown(&p, &rows[i]);
    }
    qsort(p.enums, p.n_enums, sizeof *p.enums, enum_order);
    (void)pt_buf_puts(
        out, zh ? "\n## 名称\n\n映射中不带前缀，如下；JSON中带前缀（`PAYMENT_OP_REFUND`）。\n"
                : "\n## Names\n\nIn a mapping without their prefix, as here; in JSON with "
                  "it (`PAYMENT_OP_REFUND`).\n");
    for (size_t i = 0; i < p.n_enums; i++) {
        enum_markdown(out, p.enums[i], zh);
    }
    return out->failed;
}

/* ---- JSON ---- */

static json_t *words_json(void (*put)(struct pt_buf *, unsigned), unsigned bits) {
    json_t *a = json_array();
    struct pt_buf b;
    pt_buf_init(&b, 4096);
    if (bits) {
        put(&b, bits);
    }
    for (const char *w = pt_buf_cstr(&b); w && *w; w += strcspn(w, " "), w += *w == ' ') {
        (void)json_array_append_new(a, json_stringn(w, strcspn(w, " ")));
    }
    pt_buf_done(&b);
    return a;
}

static json_t *parties_json(pt_party_set set) {
    json_t *a = json_array();
    for (enum pt_party p = PT_PARTY_CONGRESS; p < PT_PARTY_END; p = (enum pt_party)((int)p + 1)) {
        if (pt_party_in(set, p)) {
            (void)json_array_append_new(a, json_string(pt_party_name(p)));
        }
    }
    return a;
}

static void field_json(void *user, const struct pt_field_about *a) {
    const ProtobufCEnumDescriptor *e = enum_of(a);
    struct proto_note note = note_of(a);
    json_t *o = json_pack("{s:i,s:s,s:b,s:s,s:s,s:s,s:s}", "number", (int)a->field->id, "path",
                          a->path, "required", a->required, "accepts", a->accepts, "accepts_zh",
                          a->accepts_zh, "note", note.after, "note_zh", said(note.after, true));
    if (a->items_max) {
        (void)json_object_set_new(o, "items_max", json_integer((json_int_t)a->items_max));
    }
    if (e) {
        json_t *names = json_array();
        for (unsigned i = 0; i < e->n_values; i++) {
            if (e->values[i].value != 0) {
                (void)json_array_append_new(names, json_string(e->values[i].name));
            }
        }
        (void)json_object_set_new(o, "names", names);
    }
    (void)json_array_append_new(user, o);
}

static json_t *fields_json(enum pt_record_type type) {
    json_t *a = json_array();
    pt_record_describe(type, field_json, a);
    return a;
}

static json_t *type_json(const struct pt_record_info *r) {
    return json_pack(
        "{s:s,s:i,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:b,s:b,s:b,s:s,s:o}", "code",
        r->code, "number", (int)r->type, "member", r->member, "name_en", r->name_en, "name_zh",
        r->name_zh, "authors", parties_json(r->authors), "readers", parties_json(r->readers),
        "aggregate", parties_json(r->aggregate), "subjects", words_json(subjects_put, r->subjects),
        "corrections", words_json(correction_names, r->corrections), "needs",
        words_json(head_put, r->flags), "disclosed", (r->flags & PT_RT_DISCLOSED) != 0, "exchange",
        (r->flags & PT_RT_EXCHANGE) != 0, "sealed", (r->flags & PT_RT_SEALED) != 0, "opens",
        (r->flags & PT_RT_OPENS) != 0, "sender", (r->flags & PT_RT_SENDER) != 0, "requirements",
        r->requirements, "fields", fields_json(r->type));
}

static int print_json(const struct pt_record_info *only) {
    size_t n = 0;
    const struct pt_record_info *rows = pt_record_infos(&n);
    json_t *types = json_array();
    for (size_t i = 0; i < n; i++) {
        if (!only || only == &rows[i]) {
            (void)json_array_append_new(types, type_json(&rows[i]));
        }
    }
    json_t *j = json_pack("{s:o,s:o}", "common", fields_json(PT_TYPE_NONE), "types", types);
    int rc = pt_cli_print_json(j);
    json_decref(j);
    return rc;
}

/* ---- a terminal ---- */

/* An enum's names; in Chinese each with what it means. */
static void names_text(struct pt_buf *out, const ProtobufCEnumDescriptor *e, bool zh) {
    struct proto_note note;
    for (unsigned i = 0; i < e->n_values; i++) {
        const ProtobufCEnumValue *v = &e->values[i];
        if (v->value == 0) {
            continue;
        }
        (void)pt_buf_puts(out, v->name + enum_prefix(e));
        if (zh && pt_cli_proto_note_find(e->short_name, v->name, &note) && note.after[0]) {
            (void)pt_buf_printf(out, " %s", said(note.after, true));
        }
        (void)pt_buf_puts(out, i + 1 == e->n_values ? "" : zh ? "、" : " ");
    }
}

static void field_text(void *user, const struct pt_field_about *a) {
    const struct page *p = user;
    const ProtobufCEnumDescriptor *e = enum_of(a);
    struct proto_note note = note_of(a);
    if (note.before[0]) {
        (void)pt_buf_printf(p->out, "         %s\n", said(note.before, p->zh));
    }
    (void)pt_buf_printf(p->out, "  %4u %c %-28s %s", a->field->id, a->required ? '*' : ' ', a->path,
                        !a->items_max ? ""
                        : p->zh       ? "多项："
                                      : "several: ");
    if (e) {
        names_text(p->out, e, p->zh);
    } else {
        (void)pt_buf_puts(p->out, p->zh ? a->accepts_zh : a->accepts);
    }
    (void)pt_buf_printf(p->out, "%s%s\n", note.after[0] ? "  — " : "", said(note.after, p->zh));
}

/* "  written by   …", its label as wide as the others of its language. */
static void label_put(struct pt_buf *out, const char *en, const char *zh, bool chinese) {
    if (chinese) {
        (void)pt_buf_printf(out, "\n  %s  ", zh);
    } else {
        (void)pt_buf_printf(out, "\n  %-11s  ", en);
    }
}

static void type_text(struct pt_buf *out, const struct pt_record_info *r, bool chinese) {
    struct page p = {.out = out, .zh = chinese};
    struct proto_note note;
    (void)pt_buf_printf(out, "%s %s%s%s (%s)", r->code, r->name_zh, chinese ? "" : " ",
                        chinese ? "" : r->name_en, r->member);
    label_put(out, "written by", "报送方　", chinese);
    parties_put(out, r->authors, chinese);
    label_put(out, "read by", "查阅方　", chinese);
    readers_put(out, r, chinese);
    if (public_word(r, chinese)[0]) {
        (void)pt_buf_printf(out, "%s%s", chinese ? "；" : "; ", public_word(r, chinese));
    }
    if (r->aggregate) {
        label_put(out, "sums only", "仅合计　", chinese);
        parties_put(out, r->aggregate, chinese);
    }
    label_put(out, "subject", "对象　　", chinese);
    subjects_short(out, r->subjects, chinese);
    label_put(out, "corrections", "更正方式", chinese);
    corrections_put(out, r->corrections, chinese);
    if (r->flags & (PT_RT_YEAR | PT_RT_EFFECTIVE | PT_RT_DOC_NO | PT_RT_APPLICANT)) {
        label_put(out, "needs", "还须填写", chinese);
        head_put(out, r->flags);
    }
    if (r->flags & PT_RT_SEALED) {
        label_put(out, "sealed", "密封　　", chinese);
        (void)pt_buf_puts(out, chinese ? "第11号起的字段" : "the fields from 11 on");
    }
    if (pt_cli_proto_note_find(r->body->short_name, NULL, &note) && note.before[0]) {
        (void)pt_buf_printf(out, "\n\n  %s", said(note.before, chinese));
    }
    (void)pt_buf_puts(out, chinese ? "\n\n  正文各字段，*为必填\n"
                                   : "\n\n  fields of body; * required\n");
    pt_record_describe(r->type, field_text, &p);
}

static void list_text(struct pt_buf *out, bool chinese) {
    size_t n = 0;
    const struct pt_record_info *rows = pt_record_infos(&n);
    for (size_t i = 0; i < n; i++) {
        (void)pt_buf_printf(out, "  %-12s ", rows[i].code);
        if (chinese) {
            (void)pt_buf_printf(out, "%s  ", rows[i].name_zh);
        } else {
            (void)pt_buf_printf(out, "%-24s ", rows[i].name_en);
        }
        parties_put(out, rows[i].authors, chinese);
        (void)pt_buf_putc(out, '\n');
    }
    (void)pt_buf_puts(out, chinese ? "\n  字段：pentad catalogue X01\n"
                                   : "\n  the fields of one: pentad catalogue X01\n");
}

static int catalogue(const struct cli_options *o) {
    const struct pt_record_info *only = NULL;
    if (o->n_args == 1) {
        only = pt_record_info_by_code(o->args[0]);
        only = only ? only : pt_record_info_by_member(o->args[0]);
        if (!only) {
            return pt_cli_misuse(&cmd_catalogue, PT_SAY("there is no type %s", "没有类型%s"),
                                 o->args[0]);
        }
    }
    if (o->json) {
        return print_json(only) ? EXIT_FAILED : EXIT_OK;
    }
    struct pt_buf out;
    pt_buf_init(&out, PAGE_MAX);
    if (o->markdown) {
        (void)page_markdown(&out, o->chinese);
    } else if (only) {
        type_text(&out, only, pt_cli_chinese(o));
    } else {
        list_text(&out, pt_cli_chinese(o));
    }
    return pt_cli_page_done(o, &out);
}

const struct cli_command cmd_catalogue = {
    .name = "catalogue",
    .what = "the types of records: who writes them, who reads them, their fields",
    .usage =
        "usage: pentad catalogue [TYPE] [--json | --markdown] [--out FILE] [--zh|--en]\n"
        "\n"
        "Lists the types of records; with a TYPE its readers, subjects and fields, each with what\n"
        "it accepts. The paths are those that a mapping writes after \"body.\".\n"
        "\n"
        "  TYPE         X01, or payment_batch\n"
        "  --markdown   the whole reference: docs/records.md is this; in Chinese with --zh\n"
        "  --json       for machines\n"
        "\n"
        "exit: 0 done, 1 it failed, 2 wrong use\n"
        "\n"
        "example: pentad catalogue X01\n",
    .min_args = 0,
    .max_args = 1,
    .wants = "one type at a time",
    .wants_zh = "一次一个类型",
    .run = catalogue};
