/* The brief 简报: what the ledger says of a month or a quarter, and how it looks.
 * Knows: ledger and rules (their SQL and figures). Must not know: the network, a clock, who reads.
 * The same log and the same known_at give the same bytes, on any machine, at any later time.
 *
 * Threads: pt_brief_make on the ledger handle's thread; the renderers are pure, any thread.
 * Specification: docs/brief.md.
 *
 * The content is JSON:
 *
 *   {"period": "2019-06", "kind": "month"|"quarter", "fiscal_year": 2019,
 *    "from": 20190601, "valid_at": 20190630, "known_at": "812", "tick_day": 20190705,
 *    "since": {"known_at", "tick_day"},            the brief before: what is new is new since then
 *    "draft": bool, "log_head": hex,               over the log's first known_at entries
 *    "snapshot": "8 hex", "records": n,            how it begins; how many records they hold
 *    "region": {"key","zh","en"}, "office": text, "title": text, "issue": text, …
 *    "figures": {"P.1": number, …},                the ones that sentences and charts rest on
 *    "sections": [{"id": "BR1", "annex": bool, "title": text, "blocks": [block…]}…],
 *    "sources": [source…]}
 *
 *   text    {"zh", "en"}
 *   number  {"value": decimal string | null, "unit": "fen"|"bp"|"pp"|"cp"|"count", "text",
 *            "zh", "en", "forecast"?, "source": index into sources, "figure": "FG3"|"sum"|"count"}
 *           value exact (fen, basis points, hundredths); text as tables print it, zh and en with
 *           its unit; null prints as —
 *   source  {"anchor": "s3", "subject": "DEPT:…", "name", "fiscal_year", "valid_at", "known_at",
 *            "figures": ["FG2.P", …], "trace": "DEPT:…/2019/FG3"}   what `pentad trace` takes, or
 *           {"anchor", "what": text, "records": "12"}              the records that it counts
 *   block   {"type": "para", "zh": [string | number …], "en": […]}
 *           {"type": "table", "id": "T2", "title": text, "unit": text, "note"?: text,
 *            "columns": [{"key", "zh", "en", "align": "left"|"right"|"center",
 *                        "grow"?: takes what is left, "keep"?: on one line, "min"?: em}],
 *            "rows": [{"key", "class"?, "cells": [text | number …]}]}
 *           {"type": "chart", "id": "C1", "chart": "line"|"bars"|"stack", "title": text,
 *            "labels": [text…], "series": [{"name": text, "values": [number | null …]}],
 *            "reference"?: {"name": text, "value": number},
 *            "lights"?: {"yellow_bp": -1000, "red_bp": -2000}}  FG6's, below the reference
 *           A table's or chart's "id" is its pattern's and stays the same from brief to brief;
 *           "label" (text: 表2, 图1, 附表1) is its number as printed in this one. */
#ifndef PENTAD_BRIEF_BRIEF_H
#define PENTAD_BRIEF_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/ledger/ledger.h>

struct json_t;

/* `period`: "2019-06" or "2019-Q2". known_at: a log size; 0: the last tick of the 5th working day
 * after the period, or, where that is still to come, the latest tick (then "draft" is true, as it
 * is for any known_at before that tick). *ret_json: a new reference. PT_E_FORMAT: no such period;
 * PT_E_NOT_FOUND: the ledger has no tick yet, or none within or after the period. */
int pt_brief_make(struct pt_ledger *l, const char *period, uint64_t known_at,
                  struct json_t **ret_json, struct pt_err *err);

enum { PT_BRIEF_MAX = 32 << 20 }; /* a good hard maximum for `out` */

/* Appends ONE self-contained XHTML-valid HTML file: styles and charts within, no script, nothing
 * fetched. PT_E_FORMAT: not what pt_brief_make made. */
int pt_brief_html(const struct json_t *brief, bool english, struct pt_buf *out, struct pt_err *err);

/* Appends what a terminal shows. `width` in columns, a Chinese character takes two; at least 60 is
 * assumed. `color`: ANSI colours; without, nothing but text. */
int pt_brief_text(const struct json_t *brief, bool chinese, int width, bool color,
                  struct pt_buf *out, struct pt_err *err);

#endif
