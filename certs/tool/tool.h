/* Private to the tool: the subcommands of `pentad ca`, and what they share. */
#ifndef PENTAD_CERTS_TOOL_TOOL_H
#define PENTAD_CERTS_TOOL_TOOL_H

#include <stdbool.h>
#include <stdio.h>

#include <pentad/base/buf.h>
#include <pentad/base/err.h>
#include <pentad/certs/genesis.h>

#include "args.h"

/* Each a table of options and a function; ends with a NULL. */
extern struct pt_command *const pt_ca_commands[];

extern struct pt_command pt_cmd_create, pt_cmd_issue, pt_cmd_list, pt_cmd_revoke, pt_cmd_crl;
extern struct pt_command pt_cmd_keygen;
extern struct pt_command pt_cmd_person, pt_cmd_approver, pt_cmd_invite, pt_cmd_enrol,
    pt_cmd_approve;
extern struct pt_command pt_cmd_genesis_propose, pt_cmd_genesis_sign, pt_cmd_genesis_seal,
    pt_cmd_genesis_show, pt_cmd_policy;

/* In Chinese? --zh, --en, else by the locale. */
bool pt_tool_chinese(void);
/* What a person reads of an outcome, in their language; both formats take the same arguments. */
#define pt_tool_say(en, zh, ...) ((void)printf(pt_tool_chinese() ? zh : en, __VA_ARGS__))

/* "signing", "sealing" …: the use of a key in that language. */
const char *pt_tool_use(const char *use);

/* PT_E_USAGE for a --party that is none of the exchange. */
int pt_tool_party(const char *name, struct pt_err *err);

/* Reads a file of at most `max` bytes into out, which is initialised here (free it always). */
int pt_tool_read(const char *path, size_t max, struct pt_buf *out, struct pt_err *err);
/* Writes dir/name; `fresh`: it mustn't stand there yet. */
int pt_tool_write(const char *dir, const char *name, struct pt_span bytes, unsigned mode,
                  struct pt_err *err);
int pt_tool_copy(const char *from_dir, const char *to_dir, const char *name, struct pt_err *err);
/* TLS keys and signing keys never mix: PT_E_FORBIDDEN for a key that the genesis beside the
 * authority has enrolled. */
int pt_tool_refuse_enrolled(const char *pki, const struct pt_hash *spki, struct pt_err *err);
/* policy.txt and genesis.hash for verifiers, from a sealed or complete genesis. */
int pt_tool_write_policy(const Pentad__V1__Genesis *g, const struct pt_hash *hub, const char *dir,
                         struct pt_err *err);

#endif
