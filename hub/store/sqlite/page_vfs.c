#include "page_vfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <pentad/sql/sql.h>

/* Wraps the main database file only; journals and the write-ahead log (whose frames carry sums of
 * their own) go to the file layer below untouched. */
struct page_file {
    sqlite3_file base;
    bool verify;
    uint8_t *page; /* a page on its way to the disk; one connection uses a file at a time */
    /* the lower layer's file follows */
};

static sqlite3_vfs page_vfs;
static int page_vfs_rc = SQLITE_ERROR;

static sqlite3_vfs *lower_vfs(void) {
    return (sqlite3_vfs *)page_vfs.pAppData;
}

static sqlite3_file *lower(sqlite3_file *f) {
    return (sqlite3_file *)(void *)((struct page_file *)(void *)f + 1);
}

/* Two running sums, the page's number first: a changed word always changes the first sum, a moved
 * one the second. */
static void page_sums(const uint8_t *page, uint64_t number, uint64_t sum[2]) {
    uint64_t a = number * 0x9e3779b97f4a7c15U + 1, b = 0;
    for (size_t i = 0; i < PT_PAGE_SIZE - PT_PAGE_RESERVE; i += 8) {
        uint64_t w;
        memcpy(&w, page + i, 8);
        a += w;
        b += a;
    }
    sum[0] = a;
    sum[1] = b;
}

void pt_page_seal(uint8_t page[PT_PAGE_SIZE], uint64_t number) {
    uint64_t sum[2];
    page_sums(page, number, sum);
    memcpy(page + PT_PAGE_SIZE - PT_PAGE_RESERVE, sum, sizeof sum);
}

bool pt_page_sound(const uint8_t page[PT_PAGE_SIZE], uint64_t number) {
    uint64_t sum[2];
    page_sums(page, number, sum);
    return memcmp(page + PT_PAGE_SIZE - PT_PAGE_RESERVE, sum, sizeof sum) == 0;
}

static bool whole_page(int amt, sqlite3_int64 at) {
    return amt == PT_PAGE_SIZE && at % PT_PAGE_SIZE == 0;
}

static int file_close(sqlite3_file *f) {
    struct page_file *p = (struct page_file *)(void *)f;
    free(p->page);
    p->page = NULL;
    return lower(f)->pMethods->xClose(lower(f));
}

static int file_read(sqlite3_file *f, void *buf, int amt, sqlite3_int64 at) {
    const struct page_file *p = (struct page_file *)(void *)f;
    int rc = lower(f)->pMethods->xRead(lower(f), buf, amt, at);
    if (rc == SQLITE_OK && p->verify && whole_page(amt, at) &&
        !pt_page_sound(buf, (uint64_t)(at / PT_PAGE_SIZE) + 1)) {
        sqlite3_log(SQLITE_IOERR_DATA, "log.db page %lld does not hold what was written",
                    (long long)(at / PT_PAGE_SIZE) + 1);
        return SQLITE_IOERR_DATA;
    }
    return rc;
}

static int file_write(sqlite3_file *f, const void *buf, int amt, sqlite3_int64 at) {
    struct page_file *p = (struct page_file *)(void *)f;
    if (!whole_page(amt, at)) {
        return lower(f)->pMethods->xWrite(lower(f), buf, amt, at);
    }
    memcpy(p->page, buf, PT_PAGE_SIZE);
    pt_page_seal(p->page, (uint64_t)(at / PT_PAGE_SIZE) + 1);
    return lower(f)->pMethods->xWrite(lower(f), p->page, amt, at);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size) {
    return lower(f)->pMethods->xTruncate(lower(f), size);
}

static int file_sync(sqlite3_file *f, int flags) {
    return lower(f)->pMethods->xSync(lower(f), flags);
}

static int file_size(sqlite3_file *f, sqlite3_int64 *ret) {
    return lower(f)->pMethods->xFileSize(lower(f), ret);
}

static int file_lock(sqlite3_file *f, int level) {
    return lower(f)->pMethods->xLock(lower(f), level);
}

static int file_unlock(sqlite3_file *f, int level) {
    return lower(f)->pMethods->xUnlock(lower(f), level);
}

static int file_check_lock(sqlite3_file *f, int *ret) {
    return lower(f)->pMethods->xCheckReservedLock(lower(f), ret);
}

static int file_control(sqlite3_file *f, int op, void *arg) {
    return lower(f)->pMethods->xFileControl(lower(f), op, arg);
}

static int file_sector_size(sqlite3_file *f) {
    return lower(f)->pMethods->xSectorSize(lower(f));
}

static int file_characteristics(sqlite3_file *f) {
    return lower(f)->pMethods->xDeviceCharacteristics(lower(f));
}

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret) {
    return lower(f)->pMethods->xShmMap(lower(f), page, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags) {
    return lower(f)->pMethods->xShmLock(lower(f), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *f) {
    lower(f)->pMethods->xShmBarrier(lower(f));
}

static int file_shm_unmap(sqlite3_file *f, int remove) {
    return lower(f)->pMethods->xShmUnmap(lower(f), remove);
}

/* Version 2: without memory mapping, so that every page goes through file_read. */
static const sqlite3_io_methods page_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
                    int *ret_flags) {
    (void)vfs;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return lower_vfs()->xOpen(lower_vfs(), name, f, flags, ret_flags);
    }
    struct page_file *p = (struct page_file *)(void *)f;
    memset(p, 0, sizeof *p);
    p->verify = sqlite3_uri_boolean(name, PT_PAGE_VFS_VERIFY, 1) != 0;
    p->page = malloc(PT_PAGE_SIZE);
    if (p->page == NULL) {
        return SQLITE_NOMEM;
    }
    int rc = lower_vfs()->xOpen(lower_vfs(), name, lower(f), flags, ret_flags);
    if (rc != SQLITE_OK) {
        free(p->page);
        p->page = NULL;
        return rc;
    }
    p->base.pMethods = &page_methods;
    return SQLITE_OK;
}

static void register_once(void) {
    pt_sql_init();
    sqlite3_vfs *below = sqlite3_vfs_find(NULL);
    if (below == NULL) {
        return;
    }
    page_vfs = *below;
    page_vfs.pNext = NULL;
    page_vfs.zName = PT_PAGE_VFS;
    page_vfs.szOsFile = below->szOsFile + (int)sizeof(struct page_file);
    page_vfs.xOpen = vfs_open;
    page_vfs.pAppData = below;
    page_vfs_rc = sqlite3_vfs_register(&page_vfs, 0);
}

int pt_page_vfs_register(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_once);
    return page_vfs_rc;
}
