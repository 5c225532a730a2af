#include "place.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <yaml.h>

/* Parses the text into `doc`; false, with nothing to give back, where it is no YAML. */
static bool open_document(struct pt_span text, yaml_document_t *doc) {
    yaml_parser_t parser;
    bool good;

    if (yaml_parser_initialize(&parser) != 1) {
        return false;
    }
    yaml_parser_set_input_string(&parser, text.p, text.len);
    good = yaml_parser_load(&parser, doc) == 1;
    yaml_parser_delete(&parser);
    return good;
}

static bool says(const yaml_node_t *n, const char *key, size_t len) {
    return n != NULL && n->type == YAML_SCALAR_NODE && n->data.scalar.length == len &&
           memcmp(n->data.scalar.value, key, len) == 0;
}

static bool before(yaml_mark_t a, struct pt_yaml_place b) {
    return a.line + 1 < b.line || (a.line + 1 == b.line && a.column + 1 < b.column);
}

size_t pt_yaml_line_of_key(struct pt_span text, const char *key, struct pt_yaml_place from) {
    yaml_document_t doc;
    size_t line = 0;

    if (!open_document(text, &doc)) {
        return 0;
    }
    for (const yaml_node_t *n = doc.nodes.start; n < doc.nodes.top; n++) {
        if (n->type != YAML_MAPPING_NODE) {
            continue;
        }
        for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
             p++) {
            const yaml_node_t *k = yaml_document_get_node(&doc, p->key);

            if (says(k, key, strlen(key)) && !before(k->start_mark, from) &&
                (line == 0 || k->start_mark.line + 1 < line)) {
                line = k->start_mark.line + 1;
            }
        }
    }
    yaml_document_delete(&doc);
    return line;
}

/* The pair of that key; NULL where `map` is no mapping or has no such key. */
static const yaml_node_pair_t *pair_of(yaml_document_t *doc, const yaml_node_t *map,
                                       const char *key, size_t len) {
    if (map == NULL || map->type != YAML_MAPPING_NODE) {
        return NULL;
    }
    for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        if (says(yaml_document_get_node(doc, p->key), key, len)) {
            return p;
        }
    }
    return NULL;
}

size_t pt_yaml_line_of_path(struct pt_span text, const char *path) {
    yaml_document_t doc;
    const yaml_node_t *at;
    size_t line = 0;

    if (!open_document(text, &doc)) {
        return 0;
    }
    at = yaml_document_get_root_node(&doc);
    for (;;) {
        size_t len = strcspn(path, ".");
        const yaml_node_pair_t *p = pair_of(&doc, at, path, len);

        if (p == NULL) {
            line = 0;
            break;
        }
        line = yaml_document_get_node(&doc, p->key)->start_mark.line + 1;
        if (path[len] == '\0') {
            break;
        }
        at = yaml_document_get_node(&doc, p->value);
        path += len + 1;
    }
    yaml_document_delete(&doc);
    return line;
}

/* Bytes that are no text have no mark, only how many went before them. */
static size_t line_at(struct pt_span text, size_t offset) {
    size_t line = 1;

    for (size_t i = 0; i < text.len && i < offset; i++) {
        line += text.p[i] == '\n';
    }
    return line;
}

size_t pt_yaml_line_of_fault(struct pt_span text, char *out, size_t cap) {
    yaml_document_t doc;
    yaml_parser_t parser;
    size_t line = 0;

    out[0] = '\0';
    if (yaml_parser_initialize(&parser) != 1) {
        return 0;
    }
    yaml_parser_set_input_string(&parser, text.p, text.len);
    if (yaml_parser_load(&parser, &doc) == 1) {
        yaml_document_delete(&doc);
    } else if (parser.problem != NULL) {
        (void)snprintf(out, cap, "%s", parser.problem);
        line = parser.error == YAML_READER_ERROR ? line_at(text, parser.problem_offset)
                                                 : parser.problem_mark.line + 1;
    }
    yaml_parser_delete(&parser);
    return line;
}
