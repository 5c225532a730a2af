/* The route table, and that openapi.json says the same. */
#include <ctype.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "routes.h"

TestSuite(routes);

static int find(const char *method, const char *path, const struct pt_route **ret) {
    char allow[64];

    return pt_route_find(method, path, ret, allow, sizeof allow);
}

Test(routes, finds_what_there_is) {
    const struct pt_route *r = NULL;
    char params[PT_ROUTE_PARAMS][PT_ROUTE_PARAM_MAX];

    cr_assert_eq(find("GET", "/v1/records/finance/main/12/trace", &r), 0);
    cr_assert_str_eq(r->pattern, "/v1/records/{party}/{stream}/{seq}/trace");
    cr_assert_eq(pt_route_params(r, "/v1/records/finance/main/12/trace", params), 0);
    cr_assert_str_eq(params[0], "finance");
    cr_assert_str_eq(params[1], "main");
    cr_assert_str_eq(params[2], "12");
    cr_assert_eq(find("HEAD", "/checkpoint", &r), 0);
    cr_assert_eq(find("GET", "/tile/0/x001/234.p/7", &r), 0);
    cr_assert_eq(pt_route_params(r, "/tile/0/x001/234.p/7", params), 0);
    cr_assert_str_eq(params[0], "0/x001/234.p/7");
    cr_assert_eq(find("GET", "/v1/briefs/2019-06.html", &r), 0);
    cr_assert_eq(pt_route_params(r, "/v1/briefs/2019-06.html", params), 0);
    cr_assert_str_eq(params[0], "2019-06");
    cr_assert_str_eq(params[1], "html");
}

Test(routes, decodes_parameters) {
    const struct pt_route *r = NULL;
    char params[PT_ROUTE_PARAMS][PT_ROUTE_PARAM_MAX];

    cr_assert_eq(find("GET", "/v1/subjects/PROJECT%3A37010019R000000000001", &r), 0);
    cr_assert_eq(pt_route_params(r, "/v1/subjects/PROJECT%3A37010019R000000000001", params), 0);
    cr_assert_str_eq(params[0], "PROJECT:37010019R000000000001");
    cr_assert_eq(pt_route_params(r, "/v1/subjects/%00", params), PT_E_FORMAT);
    cr_assert_eq(pt_route_params(r, "/v1/subjects/%zz", params), PT_E_FORMAT);
}

Test(routes, refuses_the_rest) {
    static const char *const none[] = {"/",
                                       "/v1",
                                       "/v1/batches/",
                                       "/v1/batchess",
                                       "/v1/records",
                                       "/v1/subjects/",
                                       "/tile/",
                                       "/v1//feed",
                                       "/v1/records/finance/main",
                                       "/v1/records/finance//1"};
    const struct pt_route *r = NULL;
    char allow[64];

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        cr_assert_eq(find("GET", none[i], &r), PT_E_NOT_FOUND, "%s", none[i]);
    }
    cr_assert_eq(pt_route_find("GET", "/v1/batches", &r, allow, sizeof allow), PT_E_METHOD);
    cr_assert_str_eq(allow, "POST");
    cr_assert_eq(pt_route_find("DELETE", "/v1/feed", &r, allow, sizeof allow), PT_E_METHOD);
    cr_assert_str_eq(allow, "GET, HEAD");
}

static json_t *document(void) {
    json_error_t e;
    json_t *j = json_loads(pt_openapi[0], JSON_REJECT_DUPLICATES, &e);

    cr_assert_not_null(j, "openapi.json: %s, line %d", e.text, e.line);
    return j;
}

static json_t *operation(json_t *paths, const struct pt_route *r) {
    char method[8] = "";

    for (size_t i = 0; r->method[i] != '\0' && i + 1 < sizeof method; i++) {
        method[i] = (char)tolower((unsigned char)r->method[i]);
    }
    return json_object_get(json_object_get(paths, r->pattern), method);
}

Test(routes, every_route_is_documented) {
    json_t *j = document();
    json_t *paths = json_object_get(j, "paths");

    cr_assert_str_eq(json_string_value(json_object_get(j, "openapi")), "3.1.0");
    for (const struct pt_route *r = pt_routes(); r->pattern != NULL; r++) {
        cr_assert_not_null(operation(paths, r), "%s %s isn't in openapi.json", r->method,
                           r->pattern);
    }
    json_decref(j);
}

static bool is_route(const char *pattern, const char *method) {
    for (const struct pt_route *r = pt_routes(); r->pattern != NULL; r++) {
        if (strcmp(r->pattern, pattern) == 0 && strcasecmp(r->method, method) == 0) {
            return true;
        }
    }
    return false;
}

Test(routes, unknown_parameters_are_named) {
    const struct pt_route *r = NULL;
    struct pt_err err = {0};

    cr_assert_eq(find("GET", "/v1/subjects", &r), 0);
    cr_assert_eq(pt_route_query_check(r, "", &err), 0);
    cr_assert_eq(pt_route_query_check(r, "kind=DEPT&&limit=5&after", &err), 0);
    cr_assert_eq(pt_route_query_check(r, "kind=DEPT&lmit=5", &err), PT_E_PARAMETER);
    cr_assert_not_null(strstr(err.msg, "?lmit:"), "%s", err.msg);
    cr_assert_not_null(strstr(err.msg, "kind after limit"), "%s", err.msg);
    cr_assert_eq(pt_route_query_check(r, "limi=5", &err), PT_E_PARAMETER);
    cr_assert_eq(pt_route_query_check(r, "limits=5", &err), PT_E_PARAMETER);
    cr_assert_eq(pt_route_query_check(r, "=5", &err), PT_E_PARAMETER);
    cr_assert_eq(find("GET", "/checkpoint", &r), 0);
    cr_assert_eq(pt_route_query_check(r, "x", &err), PT_E_PARAMETER);
    cr_assert_not_null(strstr(err.msg, "no parameters"), "%s", err.msg);
}

/* A parameter of the path is named in it, and the other way round. */
static void check_query(const char *pattern, json_t *p, char *all, size_t cap) {
    const char *name = json_string_value(json_object_get(p, "name"));
    size_t n = strlen(all);

    cr_assert_not_null(name, "%s", pattern);
    if (strcmp(json_string_value(json_object_get(p, "in")), "query") == 0) {
        snprintf(all + n, cap - n, "%s%s", n > 0 ? " " : "", name);
    }
}

static const char *taken(const char *pattern) {
    for (const struct pt_route *r = pt_routes(); r->pattern != NULL; r++) {
        if (strcmp(r->pattern, pattern) == 0) {
            return r->query != NULL ? r->query : "";
        }
    }
    return NULL;
}

static void check_parameters(const char *pattern, json_t *op) {
    json_t *p;
    size_t i, in_path = 0, braces = 0;
    char query[256] = "";

    json_array_foreach(json_object_get(op, "parameters"), i, p) {
        check_query(pattern, p, query, sizeof query);
        if (strcmp(json_string_value(json_object_get(p, "in")), "path") == 0) {
            char name[64];

            snprintf(name, sizeof name, "{%s}", json_string_value(json_object_get(p, "name")));
            cr_assert_not_null(strstr(pattern, name), "%s has no %s", pattern, name);
            in_path++;
        }
    }
    for (const char *c = pattern; *c != '\0'; c++) {
        braces += *c == '{';
    }
    cr_assert_str_eq(query, taken(pattern), "%s: openapi.json has other parameters", pattern);
    cr_assert_eq(in_path, braces, "%s: its parameters aren't all documented", pattern);
}

Test(routes, nothing_else_is_documented) {
    json_t *j = document();
    json_t *path, *op;
    const char *pattern, *method;

    json_object_foreach(json_object_get(j, "paths"), pattern, path) {
        json_object_foreach(path, method, op) {
            cr_assert(is_route(pattern, method), "openapi.json: %s %s is no route", method,
                      pattern);
            cr_assert_not_null(json_object_get(op, "operationId"));
            cr_assert_not_null(json_object_get(op, "responses"));
            check_parameters(pattern, op);
        }
    }
    json_decref(j);
}

/* What one discrepancy's answer says is written down, the days that are left for its reply too. */
Test(routes, a_discrepancy_is_described) {
    json_t *j = document();
    json_t *schema = NULL;
    json_t *members;
    const char *ref;

    cr_assert_eq(json_unpack(j, "{s:{s:{s:{s:{s:{s:{s:{s:o}}}}}}}}", "paths",
                             "/v1/discrepancies/{id}", "get", "responses", "200", "content",
                             "application/json", "schema", &schema),
                 0);
    members = json_object_get(schema, "properties");
    cr_expect_not_null(json_object_get(members, "workdays_left"));
    ref = json_string_value(json_object_get(json_object_get(members, "discrepancy"), "$ref"));
    cr_assert_not_null(ref);
    cr_assert_eq(strncmp(ref, "#/components/schemas/", 21), 0, "%s", ref);
    schema =
        json_object_get(json_object_get(json_object_get(j, "components"), "schemas"), ref + 21);
    cr_expect_not_null(json_object_get(json_object_get(schema, "properties"), "escalated"));
    json_decref(j);
}
