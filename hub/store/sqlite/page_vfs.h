/* A file layer under SQLite that gives every page of log.db a checksum in the bytes that SQLite
 * leaves free at a page's end, and checks it at every read. What SQLite's own structures don't
 * notice (unused space, a flipped byte inside a blob) is noticed here, at the page.
 * Knows pages; must not know tables. Any thread. */
#ifndef PENTAD_STORE_PAGE_VFS_H
#define PENTAD_STORE_PAGE_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define PT_PAGE_SIZE 16384
#define PT_PAGE_RESERVE 16 /* two 64-bit sums */
#define PT_PAGE_VFS "pentad-log"
/* URI parameter: "off" reads damaged pages too, for whoever looks for what is wrong. */
#define PT_PAGE_VFS_VERIFY "page_check"

/* Registers the layer once a process; 0 or an SQLite code. */
int pt_page_vfs_register(void);
/* Fills in the sums of page `number` (from 1) / says whether they hold. */
void pt_page_seal(uint8_t page[PT_PAGE_SIZE], uint64_t number);
bool pt_page_sound(const uint8_t page[PT_PAGE_SIZE], uint64_t number);

#endif
