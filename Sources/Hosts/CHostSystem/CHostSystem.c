#define _GNU_SOURCE
#include "CHostSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <malloc.h>
#include <sys/random.h>
#include <sys/syscall.h>
#else
#include <sys/random.h>
#endif

#if defined(__linux__) && !defined(RESOLVE_CACHED)
#define RESOLVE_CACHED 0x20
#endif

int martlet_open_beneath(int directory, const char *path, int flags, unsigned mode, int how) {
#ifdef __linux__
    struct open_how request;
    memset(&request, 0, sizeof request);
    request.flags = (uint64_t)(unsigned)flags;
    request.mode = (flags & O_CREAT) ? mode : 0;
    request.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    if (how & MARTLET_OPEN_CACHED_ONLY) request.resolve |= RESOLVE_CACHED;
    return (int)syscall(SYS_openat2, directory, path, &request, sizeof request);
#else
    (void)directory, (void)path, (void)flags, (void)mode, (void)how;
    errno = ENOSYS;
    return -1;
#endif
}

int martlet_openat(int directory, const char *path, int flags, unsigned mode) {
    return openat(directory, path, flags, mode);
}

int martlet_open_path_flag(void) {
#ifdef O_PATH
    return O_PATH;
#else
    return O_RDONLY;
#endif
}

ssize_t martlet_read_nowait(int descriptor, void *bytes, size_t count, int64_t offset) {
#ifdef __linux__
    struct iovec vector = {bytes, count};
    return preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
#else
    (void)descriptor, (void)bytes, (void)count, (void)offset;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

ssize_t martlet_write_nowait(int descriptor, const void *bytes, size_t count, int64_t offset) {
#ifdef __linux__
    struct iovec vector = {(void *)bytes, count};
    return pwritev2(descriptor, &vector, 1, offset, RWF_NOWAIT);
#else
    (void)descriptor, (void)bytes, (void)count, (void)offset;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

ssize_t martlet_read_directory(int descriptor, void *bytes, size_t count) {
#ifdef __linux__
    return (ssize_t)syscall(SYS_getdents64, descriptor, bytes, count);
#else
    (void)descriptor, (void)bytes, (void)count;
    errno = ENOTSUP;
    return -1;
#endif
}

void martlet_limit_free_memory(int block, int arena) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, block);
    mallopt(M_TRIM_THRESHOLD, arena);
#else
    (void)block;
    (void)arena;
#endif
}

void martlet_return_free_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

int martlet_random(void *bytes, size_t count) {
    unsigned char *next = bytes;
    while (count > 0) {
#ifdef __linux__
        ssize_t made = getrandom(next, count, 0);
        if (made < 0 && errno == EINTR) continue;
        if (made < 0) return -1;
#else
        ssize_t made = count < 256 ? (ssize_t)count : 256;
        if (getentropy(next, (size_t)made) != 0) return -1;
#endif
        next += made;
        count -= (size_t)made;
    }
    return 0;
}

int martlet_get_status_flags(int descriptor) { return fcntl(descriptor, F_GETFL); }

int martlet_set_status_flags(int descriptor, int flags) { return fcntl(descriptor, F_SETFL, flags); }

static int prepare(int descriptor) {
    if (descriptor < 0) return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return descriptor;
}

int martlet_accept(int descriptor) {
#ifdef __linux__
    return accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
    return prepare(accept(descriptor, NULL, NULL));
#endif
}

int martlet_pipe(int ends[2]) {
    if (pipe(ends) != 0) return -1;
    prepare(ends[0]);
    prepare(ends[1]);
    return 0;
}

ssize_t martlet_send(int descriptor, const void *bytes, size_t count) {
#ifdef MSG_NOSIGNAL
    return send(descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
#else
    int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
    return send(descriptor, bytes, count, MSG_DONTWAIT);
#endif
}

int martlet_readable_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

int martlet_allocate(int descriptor, int64_t offset, int64_t length) {
#ifdef __linux__
    return fallocate(descriptor, 0, offset, length);
#else
    (void)descriptor, (void)offset, (void)length;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

int martlet_advise(int descriptor, int64_t offset, int64_t length, int advice) {
#ifdef __linux__
    static const int advices[] = {
        POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
        POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE,
    };
    if (advice < 0 || advice >= (int)(sizeof advices / sizeof advices[0])) {
        errno = EINVAL;
        return -1;
    }
    int failure = posix_fadvise(descriptor, offset, length, advices[advice]);
    if (failure == 0) return 0;
    errno = failure;
    return -1;
#else
    (void)descriptor, (void)offset, (void)length, (void)advice;
    return 0;
#endif
}

int martlet_resolve(const char *name, uint8_t *records, int max) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int failure = getaddrinfo(name, NULL, &hints, &list);
    if (failure == EAI_NONAME) return -MARTLET_RESOLVE_NOT_FOUND;
#ifdef EAI_NODATA
    if (failure == EAI_NODATA) return -MARTLET_RESOLVE_NOT_FOUND;
#endif
    if (failure == EAI_AGAIN) return -MARTLET_RESOLVE_TEMPORARY;
    if (failure != 0) return -MARTLET_RESOLVE_FAILED;
    int count = 0;
    for (struct addrinfo *entry = list; entry != NULL && count < max; entry = entry->ai_next) {
        uint8_t *record = records + 17 * count;
        if (entry->ai_family == AF_INET) {
            const struct sockaddr_in *address = (const struct sockaddr_in *)entry->ai_addr;
            record[0] = 4;
            memcpy(record + 1, &address->sin_addr, 4);
        } else if (entry->ai_family == AF_INET6) {
            const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)entry->ai_addr;
            record[0] = 6;
            memcpy(record + 1, &address->sin6_addr, 16);
        } else {
            continue;
        }
        count++;
    }
    freeaddrinfo(list);
    return count;
}

static socklen_t to_system(const struct martlet_address *address, struct sockaddr_storage *target) {
    memset(target, 0, sizeof *target);
    if (address->is_version6) {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)target;
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(address->port);
        six->sin6_flowinfo = htonl(address->flow);
        six->sin6_scope_id = address->scope;
        memcpy(&six->sin6_addr, address->bytes, 16);
        return sizeof *six;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)target;
    four->sin_family = AF_INET;
    four->sin_port = htons(address->port);
    memcpy(&four->sin_addr, address->bytes, 4);
    return sizeof *four;
}

static int from_system(const struct sockaddr_storage *source, struct martlet_address *address) {
    memset(address, 0, sizeof *address);
    if (source->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)source;
        address->is_version6 = 1;
        address->port = ntohs(six->sin6_port);
        address->flow = ntohl(six->sin6_flowinfo);
        address->scope = six->sin6_scope_id;
        memcpy(address->bytes, &six->sin6_addr, 16);
        return 0;
    }
    if (source->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)source;
        address->port = ntohs(four->sin_port);
        memcpy(address->bytes, &four->sin_addr, 4);
        return 0;
    }
    errno = EAFNOSUPPORT;
    return -1;
}

int martlet_socket(int is_version6, int is_datagram) {
    int descriptor = prepare(socket(is_version6 ? AF_INET6 : AF_INET, is_datagram ? SOCK_DGRAM : SOCK_STREAM, 0));
    if (descriptor < 0 || !is_version6) return descriptor;
    int yes = 1;
    if (setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0) return descriptor;
    int failure = errno;
    close(descriptor);
    errno = failure;
    return -1;
}

int martlet_bind(int descriptor, const struct martlet_address *address) {
    int type = 0, yes = 1;
    socklen_t size = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return -1;
    if (type == SOCK_STREAM && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return -1;
    struct sockaddr_storage target;
    socklen_t length = to_system(address, &target);
    return bind(descriptor, (struct sockaddr *)&target, length);
}

int martlet_connect(int descriptor, const struct martlet_address *address) {
    struct sockaddr_storage target;
    if (address == NULL) {
        memset(&target, 0, sizeof target);
        target.ss_family = AF_UNSPEC;
        int result = connect(descriptor, (struct sockaddr *)&target, sizeof(struct sockaddr_in6));
        // Darwin dissolves the association and complains all the same.
        return result != 0 && errno == EAFNOSUPPORT ? 0 : result;
    }
    socklen_t length = to_system(address, &target);
    return connect(descriptor, (struct sockaddr *)&target, length);
}

int martlet_local_address(int descriptor, struct martlet_address *address) {
    struct sockaddr_storage source;
    socklen_t length = sizeof source;
    if (getsockname(descriptor, (struct sockaddr *)&source, &length) != 0) return -1;
    return from_system(&source, address);
}

int martlet_remote_address(int descriptor, struct martlet_address *address) {
    struct sockaddr_storage source;
    socklen_t length = sizeof source;
    if (getpeername(descriptor, (struct sockaddr *)&source, &length) != 0) return -1;
    return from_system(&source, address);
}

ssize_t martlet_receive_from(int descriptor, void *bytes, size_t count, struct martlet_address *from) {
    struct sockaddr_storage source;
    socklen_t length = sizeof source;
    ssize_t received = recvfrom(descriptor, bytes, count, MSG_DONTWAIT, (struct sockaddr *)&source, &length);
    if (received >= 0 && from_system(&source, from) != 0) return -1;
    return received;
}

ssize_t martlet_send_to(int descriptor, const void *bytes, size_t count, const struct martlet_address *to) {
    if (to == NULL) return martlet_send(descriptor, bytes, count);
    struct sockaddr_storage target;
    socklen_t length = to_system(to, &target);
    return sendto(descriptor, bytes, count, MSG_DONTWAIT, (struct sockaddr *)&target, length);
}

static int option_place(int option, int *level, int *name) {
    switch (option) {
    case MARTLET_OPTION_ERROR: *level = SOL_SOCKET, *name = SO_ERROR; return 0;
    case MARTLET_OPTION_KEEP_ALIVE: *level = SOL_SOCKET, *name = SO_KEEPALIVE; return 0;
#ifdef __linux__
    case MARTLET_OPTION_KEEP_ALIVE_IDLE: *level = IPPROTO_TCP, *name = TCP_KEEPIDLE; return 0;
#else
    case MARTLET_OPTION_KEEP_ALIVE_IDLE: *level = IPPROTO_TCP, *name = TCP_KEEPALIVE; return 0;
#endif
    case MARTLET_OPTION_KEEP_ALIVE_INTERVAL: *level = IPPROTO_TCP, *name = TCP_KEEPINTVL; return 0;
    case MARTLET_OPTION_KEEP_ALIVE_COUNT: *level = IPPROTO_TCP, *name = TCP_KEEPCNT; return 0;
    case MARTLET_OPTION_HOP_LIMIT_4: *level = IPPROTO_IP, *name = IP_TTL; return 0;
    case MARTLET_OPTION_HOP_LIMIT_6: *level = IPPROTO_IPV6, *name = IPV6_UNICAST_HOPS; return 0;
    case MARTLET_OPTION_RECEIVE_BUFFER: *level = SOL_SOCKET, *name = SO_RCVBUF; return 0;
    case MARTLET_OPTION_SEND_BUFFER: *level = SOL_SOCKET, *name = SO_SNDBUF; return 0;
    default: errno = ENOPROTOOPT; return -1;
    }
}

int martlet_get_option(int descriptor, int option, int *value) {
    int level, name;
    if (option_place(option, &level, &name) != 0) return -1;
    socklen_t length = sizeof *value;
    return getsockopt(descriptor, level, name, value, &length);
}

int martlet_set_option(int descriptor, int option, int value) {
    int level, name;
    if (option_place(option, &level, &name) != 0) return -1;
    return setsockopt(descriptor, level, name, &value, sizeof value);
}
