/* The mapping file's shape, by libcyaml's schema: an unknown key or a wrong shape is an error with
 * its line. Every scalar stays text; compile.c reads meaning into it. */
#include "internal.h"

#include <cyaml/cyaml.h>

#define TEXT_MAX 4096
#define STR(key, type, member)                                                                     \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, TEXT_MAX)
#define MUST(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 0, TEXT_MAX)
#define SEQ(key, type, member, entry, max)                                                         \
    CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member,        \
                               n_##member, entry, 0, max)
#define MAP(key, type, member, fields)                                                             \
    CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, fields)

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, TEXT_MAX)};

static const cyaml_schema_field_t var_fields[] = {
    MUST("name", struct ym_var, name), MUST("value", struct ym_var, value), CYAML_FIELD_END};
static const cyaml_schema_value_t var_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_var, var_fields)};

static const cyaml_schema_field_t source_fields[] = {
    STR("format", struct ym_source, format),       STR("encoding", struct ym_source, encoding),
    STR("separator", struct ym_source, separator), STR("quote", struct ym_source, quote),
    STR("header", struct ym_source, header),       STR("skip_lines", struct ym_source, skip_lines),
    STR("columns", struct ym_source, columns),     CYAML_FIELD_END};

static const cyaml_schema_field_t formats_fields[] = {
    STR("unit", struct ym_formats, unit),           STR("decimal", struct ym_formats, decimal),
    STR("thousands", struct ym_formats, thousands), STR("date", struct ym_formats, date),
    STR("round", struct ym_formats, round),         CYAML_FIELD_END};

static const cyaml_schema_field_t entry_fields[] = {
    MUST("from", struct ym_entry, from), MUST("to", struct ym_entry, to), CYAML_FIELD_END};
static const cyaml_schema_value_t entry_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_entry, entry_fields)};

static const cyaml_schema_field_t table_fields[] = {
    MUST("name", struct ym_table, name),
    STR("file", struct ym_table, file),
    STR("encoding", struct ym_table, encoding),
    STR("separator", struct ym_table, separator),
    STR("key", struct ym_table, key),
    STR("value", struct ym_table, value),
    SEQ("entries", struct ym_table, entries, &entry_value, 10000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t table_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_table, table_fields)};

static const cyaml_schema_field_t cond_fields[] = {MUST("column", struct ym_cond, column),
                                                   STR("equals", struct ym_cond, equals),
                                                   STR("differs", struct ym_cond, differs),
                                                   STR("matches", struct ym_cond, matches),
                                                   STR("empty", struct ym_cond, empty),
                                                   STR("zero", struct ym_cond, zero),
                                                   STR("negative", struct ym_cond, negative),
                                                   SEQ("in", struct ym_cond, in, &text_value, 1000),
                                                   CYAML_FIELD_END};
static const cyaml_schema_value_t cond_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_cond, cond_fields)};

static const cyaml_schema_field_t column_fields[] = {
    MUST("name", struct ym_column, name),
    STR("at", struct ym_column, at),
    STR("header", struct ym_column, header),
    STR("from", struct ym_column, from),
    STR("const", struct ym_column, constant),
    STR("template", struct ym_column, template),
    SEQ("join", struct ym_column, join, &text_value, PT_MAPPING_MAX_TERMS),
    STR("with", struct ym_column, with),
    STR("cut", struct ym_column, cut),
    STR("pad", struct ym_column, pad),
    STR("fill", struct ym_column, fill),
    STR("codes", struct ym_column, codes),
    STR("else", struct ym_column, other),
    STR("default", struct ym_column, fallback),
    STR("optional", struct ym_column, optional),
    STR("strip", struct ym_column, strip),
    STR("sha256", struct ym_column, sha256),
    CYAML_FIELD_END};
static const cyaml_schema_value_t column_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_column, column_fields)};

static const cyaml_schema_field_t sum_fields[] = {
    STR("name", struct ym_sum, name),           MUST("column", struct ym_sum, column),
    STR("unit", struct ym_sum, unit),           STR("decimal", struct ym_sum, decimal),
    STR("thousands", struct ym_sum, thousands), CYAML_FIELD_END};
static const cyaml_schema_value_t sum_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_sum, sum_fields)};

static const cyaml_schema_field_t skip_fields[] = {
    MUST("reason", struct ym_skip, reason),
    SEQ("when", struct ym_skip, when, &cond_value, PT_MAPPING_MAX_TERMS), CYAML_FIELD_END};
static const cyaml_schema_value_t skip_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_skip, skip_fields)};

static const cyaml_schema_field_t sign_fields[] = {
    MUST("to", struct ym_sign, to), STR("plus", struct ym_sign, plus),
    STR("minus", struct ym_sign, minus), STR("zero", struct ym_sign, zero), CYAML_FIELD_END};

static const cyaml_schema_field_t ref_fields[] = {
    STR("party", struct ym_ref, party),     STR("party_from", struct ym_ref, party_from),
    STR("type", struct ym_ref, type),       STR("type_from", struct ym_ref, type_from),
    MUST("doc_no", struct ym_ref, doc_no),  STR("missing", struct ym_ref, missing),
    STR("type_to", struct ym_ref, type_to), CYAML_FIELD_END};

#define FIELD_MEMBERS                                                                              \
    STR("from", struct ym_field, from), STR("const", struct ym_field, constant),                   \
        STR("template", struct ym_field, template), STR("codes", struct ym_field, codes),          \
        STR("else", struct ym_field, other), STR("default", struct ym_field, fallback),            \
        STR("required", struct ym_field, required), STR("unit", struct ym_field, unit),            \
        STR("decimal", struct ym_field, decimal), STR("thousands", struct ym_field, thousands),    \
        STR("round", struct ym_field, round), STR("date", struct ym_field, date),                  \
        STR("precision_to", struct ym_field, precision_to), STR("scale", struct ym_field, scale),  \
        STR("split", struct ym_field, split), STR("max", struct ym_field, max),                    \
        STR("number", struct ym_field, number), MAP("sign", struct ym_field, sign, sign_fields),   \
        MAP("ref", struct ym_field, ref, ref_fields),                                              \
        SEQ("when", struct ym_field, when, &cond_value, PT_MAPPING_MAX_TERMS), CYAML_FIELD_END

static const cyaml_schema_field_t field_fields[] = {MUST("to", struct ym_field, to), FIELD_MEMBERS};
static const cyaml_schema_field_t send_fields[] = {FIELD_MEMBERS};
static const cyaml_schema_value_t field_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_field, field_fields)};

static const cyaml_schema_field_t total_fields[] = {
    MUST("to", struct ym_total, to), MUST("of", struct ym_total, of),
    SEQ("minus_if", struct ym_total, minus_if, &cond_value, PT_MAPPING_MAX_TERMS), CYAML_FIELD_END};
static const cyaml_schema_value_t total_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_total, total_fields)};

static const cyaml_schema_field_t subject_fields[] = {
    STR("kind", struct ym_subject, kind), STR("kind_from", struct ym_subject, kind_from),
    STR("codes", struct ym_subject, codes), STR("key", struct ym_subject, key), CYAML_FIELD_END};

static const cyaml_schema_field_t group_fields[] = {
    SEQ("by", struct ym_group, by, &text_value, PT_MAPPING_MAX_GROUP),
    STR("max_rows", struct ym_group, max_rows), STR("gather", struct ym_group, gather),
    CYAML_FIELD_END};

static const cyaml_schema_field_t record_fields[] = {
    MUST("type", struct ym_record, type),
    STR("doc_no", struct ym_record, doc_no),
    STR("doc_key", struct ym_record, doc_key),
    MAP("subject", struct ym_record, subject, subject_fields),
    MAP("group", struct ym_record, group, group_fields),
    MAP("send_day", struct ym_record, send_day, send_fields),
    SEQ("when", struct ym_record, when, &cond_value, PT_MAPPING_MAX_TERMS),
    SEQ("fields", struct ym_record, fields, &field_value, PT_MAPPING_MAX_FIELDS),
    SEQ("totals", struct ym_record, totals, &total_value, PT_MAPPING_MAX_TOTALS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t record_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct ym_record, record_fields)};

static const cyaml_schema_field_t file_fields[] = {
    MUST("mapping", struct ym_file, mapping),
    STR("about", struct ym_file, about),
    SEQ("vars", struct ym_file, vars, &var_value, 64),
    MAP("source", struct ym_file, source, source_fields),
    MAP("formats", struct ym_file, formats, formats_fields),
    SEQ("tables", struct ym_file, tables, &table_value, 64),
    SEQ("columns", struct ym_file, columns, &column_value, PT_MAPPING_MAX_COLUMNS),
    SEQ("sums", struct ym_file, sums, &sum_value, PT_MAPPING_MAX_SUMS),
    SEQ("skip", struct ym_file, skip, &skip_value, PT_MAPPING_MAX_SKIPS),
    CYAML_FIELD_SEQUENCE_COUNT("records", CYAML_FLAG_POINTER, struct ym_file, records, n_records,
                               &record_value, 1, PT_MAPPING_MAX_RECORDS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t file_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct ym_file, file_fields)};

const struct pt_yaml_form pt_ym_form = {
    .schema = &file_value,
    .max = PT_MAPPING_MAX_FILE,
    .hint = "docs/mapping.md lists every key",
};
