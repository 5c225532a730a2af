/* A file that people write: what is wrong in it is said with its line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cyaml/cyaml.h>

#include <pentad/yaml/yaml.h>

struct inner {
    char *name, *path;
};
struct outer {
    char *title;
    struct inner in;
    struct inner *list;
    unsigned n_list;
    uint32_t *count;
};

#define STR(s, m)                                                                                  \
    CYAML_FIELD_STRING_PTR(#m, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct s, m, 0, 8)
static const cyaml_schema_field_t inner_fields[] = {STR(inner, name), STR(inner, path),
                                                    CYAML_FIELD_END};
static const cyaml_schema_value_t inner_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct inner, inner_fields)};
static const cyaml_schema_field_t outer_fields[] = {
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER, struct outer, title, 1, 8),
    CYAML_FIELD_MAPPING("in", CYAML_FLAG_OPTIONAL, struct outer, in, inner_fields),
    CYAML_FIELD_SEQUENCE_COUNT("list", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct outer, list,
                               n_list, &inner_value, 0, 2),
    CYAML_FIELD_UINT_PTR("count", CYAML_FLAG_OPTIONAL, struct outer, count), CYAML_FIELD_END};
static const cyaml_schema_value_t outer_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct outer, outer_fields)};
static const struct pt_yaml_form form = {
    .schema = &outer_value, .max = 400, .hint = "see the book"};

static int parse(const char *text, struct pt_yaml **ret, struct pt_err *err) {
    memset(err, 0, sizeof *err);
    return pt_yaml_parse("a.yaml", pt_span_str(text), &form, ret, err);
}

Test(yaml, gives_what_the_schema_says) {
    struct pt_yaml *y;
    struct pt_err err;
    cr_assert_eq(parse("title: 标题\nlist:\n  - name: a\n  - {name: b}\ncount: 0\n", &y, &err), 0,
                 "%s", err.msg);
    const struct outer *o = pt_yaml_root(y);
    cr_expect_str_eq(o->title, "标题");
    cr_expect_eq(o->n_list, 2);
    cr_expect_str_eq(o->list[1].name, "b");
    cr_assert_not_null(o->count);
    cr_expect_eq(*o->count, 0);
    pt_yaml_free(y);
    pt_yaml_free(NULL);
}

Test(yaml, faults_have_their_line) {
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"title: t\n\nkeyz: 1\n", "a.yaml, line 3: Unexpected key: keyz (see the book)"},
        {"title: t\nin:\n  name: a\n  \"nome\": b\n", "a.yaml, line 4: Unexpected key: nome ("},
        /* The same word stands before it as a value, in a comment and as a key where it may. */
        {"title: path\n# path: no\nlist:\n  - path: a\nin:\n  name: a\npath: y\n",
         "line 7: Unexpected key: path"},
        {"title: t\nlist: [{name: a},\n  {nome: b}]\n", "line 3: Unexpected key: nome"},
        {"title: t\n\ncount: many\n", "line 3: count: Invalid"},
        {"title: t\ncount: 4294967296\n", "line 2: count: Invalid"},
        {"title: 123456789\n", "line 1: title: STRING length"},
        {"title: t\nlist: [{}, {}, {}]\n", "line 2: list: Excessive entries (2 max)"},
        {"title: t\nin: {name: {a: b}}\n", "line 2: name: Expecting STRING"},
        {"title: t\ntitle: u\n", "already seen: title"},
        {"in: {name: a}\n", "Missing required mapping field: title"},
        {"- 1\n", "Expecting MAPPING"},
        {"title: t\nin: {name: a\n", "line 3: did not find expected ',' or '}'"},
        {"title: t\n\ttab: 1\n", "line 2: "},
        {"title: t\nin: {name: \xFF}\n", "line 2: invalid leading UTF-8 octet"},
        {"title: &a t\nin: {name: *a}\n", "line 2: name: YAML alias unsupported"},
        {"", "a.yaml: is empty (see the book)"},
        {"# nothing yet\n", "a.yaml: is empty (see the book)"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct pt_yaml *y;
        struct pt_err err;
        cr_expect_eq(parse(bad[i].text, &y, &err), PT_E_CONFIG, "%zu", i);
        cr_expect_null(y);
        cr_expect(strstr(err.msg, bad[i].says), "%zu: %s", i, err.msg);
    }
}

Test(yaml, what_is_no_text_or_too_large_is_refused) {
    struct pt_yaml *y;
    struct pt_err err;
    char large[401];
    cr_expect_eq(pt_yaml_parse("a.yaml", pt_span("title: \0t", 9), &form, &y, &err), PT_E_CONFIG);
    cr_expect(strstr(err.msg, "is not a text file"), "%s", err.msg);
    memset(large, '\n', sizeof large);
    cr_expect_eq(pt_yaml_parse("a.yaml", pt_span(large, sizeof large), &form, &y, &err),
                 PT_E_CONFIG);
    cr_expect(strstr(err.msg, "larger than 400 bytes"), "%s", err.msg);
}

Test(yaml, a_refusal_names_the_line_of_the_key) {
    struct pt_yaml *y;
    struct pt_err err;
    cr_assert_eq(parse("title: name\n# in: here\nlist: [{name: a}]\n'in':\n  path: p\n  name: b\n",
                       &y, &err),
                 0, "%s", err.msg);
    cr_expect_eq(pt_yaml_line(y, "title"), 1);
    cr_expect_eq(pt_yaml_line(y, "in"), 4);
    cr_expect_eq(pt_yaml_line(y, "in.name"), 6);
    cr_expect_eq(pt_yaml_line(y, "in.nome"), 0);
    cr_expect_eq(pt_yaml_line(y, "title.name"), 0);
    cr_expect_eq(pt_yaml_line(y, "count"), 0);
    cr_expect_eq(pt_yaml_refuse(y, "in.name", &err, "is %d too many", 1), PT_E_CONFIG);
    cr_expect_str_eq(err.msg, "a.yaml, line 6: in.name is 1 too many (see the book)");
    cr_expect_eq(pt_yaml_refuse(y, "count", &err, "is wanted"), PT_E_CONFIG);
    cr_expect_str_eq(err.msg, "a.yaml: count is wanted (see the book)");
    pt_yaml_free(y);
}

Test(yaml, files) {
    char path[] = "/tmp/pentad-yaml-XXXXXX";
    int fd = mkstemp(path);
    struct pt_yaml *y;
    struct pt_err err = {0};
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "title: t\nnope: 1\n", 17), 17);
    cr_expect_eq(pt_yaml_load(path, &form, &y, &err), PT_E_CONFIG);
    cr_expect(strstr(err.msg, path) && strstr(err.msg, ", line 2: Unexpected"), "%s", err.msg);
    cr_assert_eq(ftruncate(fd, 9), 0);
    cr_expect_eq(pt_yaml_load(path, &form, &y, &err), 0, "%s", err.msg);
    cr_expect_str_eq(((const struct outer *)pt_yaml_root(y))->title, "t");
    pt_yaml_free(y);
    cr_assert_eq(ftruncate(fd, 401), 0);
    cr_expect_eq(pt_yaml_load(path, &form, &y, &err), PT_E_CONFIG);
    cr_expect(strstr(err.msg, "larger than 400 bytes"), "%s", err.msg);
    close(fd);
    unlink(path);
    cr_expect_eq(pt_yaml_load(path, &form, &y, &err), PT_E_CONFIG);
    cr_expect_eq(err.code, PT_E_CONFIG);
    cr_expect(strstr(err.msg, "can't open"), "%s", err.msg);
}
