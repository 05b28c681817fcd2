/* Loaded before the C library (LD_PRELOAD): ends the process, or lets the system fail, at the n-th change of a file.
 *
 * FAULT_BELOW   only what lies below this folder counts
 * FAULT_AT      number of the change, from 1; 0 for none
 * FAULT_DO      kill: SIGKILL before the change; once: this change fails; always: it and all later ones fail
 * FAULT_ERRNO   how it fails
 * FAULT_REPORT  file that takes the number of changes when the process ends by itself
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long n_changes;

static int is_below(const char *path) {
    const char *below = getenv("FAULT_BELOW");
    return below && path && strncmp(path, below, strlen(below)) == 0;
}

static int is_open_below(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_below(path);
}

/* Counts a change; true if it is to fail, with errno set. */
static int fails(void) {
    const char *at = getenv("FAULT_AT"), *what = getenv("FAULT_DO"), *code = getenv("FAULT_ERRNO");
    long n = atomic_fetch_add(&n_changes, 1) + 1, wanted = at ? atol(at) : 0;
    if (!wanted || !what || n < wanted || (n > wanted && strcmp(what, "always")))
        return 0;
    if (!strcmp(what, "kill"))
        kill(getpid(), SIGKILL);
    errno = code ? atoi(code) : ENOSPC;
    return 1;
}

__attribute__((destructor)) static void report(void) {
    const char *path = getenv("FAULT_REPORT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld", atomic_load(&n_changes));
        fclose(file);
    }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;                                      \
        va_end(more);                                                                                                  \
        if ((flags & (O_CREAT | O_TRUNC)) && is_below(path) && fails())                                                \
            return -1;                                                                                                 \
        return REAL(name)(path, flags, mode);                                                                          \
    }
OPEN(open)
OPEN(open64)

#define ON_PATH(name, declaration, path, arguments)                                                                    \
    int name declaration {                                                                                             \
        if (is_below(path) && fails())                                                                                 \
            return -1;                                                                                                 \
        return REAL(name) arguments;                                                                                   \
    }
ON_PATH(rename, (const char *from, const char *to), to, (from, to))
ON_PATH(link, (const char *from, const char *to), to, (from, to))
ON_PATH(linkat, (int at, const char *from, int to_at, const char *to, int flags), to, (at, from, to_at, to, flags))
ON_PATH(unlink, (const char *path), path, (path))
ON_PATH(mkdir, (const char *path, mode_t mode), path, (path, mode))
ON_PATH(rmdir, (const char *path), path, (path))

int unlinkat(int at, const char *path, int flags) {
    if ((is_below(path) || is_open_below(at)) && fails())
        return -1;
    return REAL(unlinkat)(at, path, flags);
}

#define ON_FILE(type, name, declaration, file, arguments)                                                              \
    type name declaration {                                                                                            \
        if (is_open_below(file) && fails())                                                                            \
            return -1;                                                                                                 \
        return REAL(name) arguments;                                                                                   \
    }
ON_FILE(ssize_t, write, (int file, const void *bytes, size_t n), file, (file, bytes, n))
ON_FILE(ssize_t, writev, (int file, const struct iovec *parts, int n), file, (file, parts, n))
ON_FILE(int, fsync, (int file), file, (file))
ON_FILE(int, fdatasync, (int file), file, (file))
ON_FILE(int, ftruncate64, (int file, off64_t length), file, (file, length))
