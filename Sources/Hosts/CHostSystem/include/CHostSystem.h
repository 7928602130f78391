// System calls that Swift cannot reach itself: variadic ones, ones without a C library wrapper, and ones that
// differ between Linux and Darwin. Each returns -1 and sets errno on failure, like the call it stands for.
#ifndef C_HOST_SYSTEM_H
#define C_HOST_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What `martlet_open_beneath` may do besides staying beneath: see openat2(2).
#define MARTLET_OPEN_CACHED_ONLY 1

// openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS; ENOSYS where the kernel lacks it.
int martlet_open_beneath(int directory, const char *path, int flags, unsigned mode, int how);

// openat, which is variadic.
int martlet_openat(int directory, const char *path, int flags, unsigned mode);

// O_PATH where there is one, else O_RDONLY.
int martlet_open_path_flag(void);

// One read or write at `offset`, or at the descriptor's own position for -1, that fails with EAGAIN rather than wait
// for a disk, and with EOPNOTSUPP where the system cannot promise that.
ssize_t martlet_read_nowait(int descriptor, void *bytes, size_t count, int64_t offset);
ssize_t martlet_write_nowait(int descriptor, const void *bytes, size_t count, int64_t offset);

// Packed directory entries as getdents64 gives them, from the descriptor's own position; 0 at the end.
ssize_t martlet_read_directory(int descriptor, void *bytes, size_t count);

// Fills `bytes` with random bytes from the kernel; 0 on success.
int martlet_random(void *bytes, size_t count);

int martlet_get_status_flags(int descriptor);
int martlet_set_status_flags(int descriptor, int flags);

// accept and pipe, with both new ends close-on-exec and non-blocking.
int martlet_accept(int descriptor);
int martlet_pipe(int ends[2]);

// send that neither waits nor raises a signal.
ssize_t martlet_send(int descriptor, const void *bytes, size_t count);

// Bytes that a read would find at once (FIONREAD).
int martlet_readable_bytes(int descriptor);

// fallocate without the C library's emulation; EOPNOTSUPP where the file system cannot.
int martlet_allocate(int descriptor, int64_t offset, int64_t length);

// posix_fadvise with WASI's numbering of the advice; does nothing where there is none.
int martlet_advise(int descriptor, int64_t offset, int64_t length, int advice);

// Looks the addresses of a host name up, blocking. Writes at most `max` records of 17 bytes: 4 or 6, then the address,
// most significant byte first. Gives their number, or -1 times one of the numbers below.
#define MARTLET_RESOLVE_NOT_FOUND 1
#define MARTLET_RESOLVE_TEMPORARY 2
#define MARTLET_RESOLVE_FAILED 3
int martlet_resolve(const char *name, uint8_t *records, int max);

#endif
