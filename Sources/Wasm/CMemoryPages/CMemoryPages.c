#define _GNU_SOURCE
#include "CMemoryPages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/ioctl.h>
#include <sys/resource.h>

// From the kernel's interface (include/uapi/linux/fs.h), which older headers lack.
struct scan_arguments {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
#define SCAN _IOWR('f', 16, struct scan_arguments)
#define IS_FILE (1u << 2)
#define IS_PRESENT (1u << 3)
#define IS_SWAPPED (1u << 4)
#define IS_ZERO_PAGE (1u << 5)

int martlet_pages_file(size_t size) {
  int file = memfd_create("martlet-memory", MFD_CLOEXEC);
  if (file >= 0 && ftruncate(file, (off_t)size) != 0) {
    int reason = errno;
    close(file);
    errno = reason;
    return -1;
  }
  return file;
}

int martlet_pages_open_map(void) { return open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC); }

ptrdiff_t martlet_pages_scan(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked) {
  struct scan_arguments arguments = {
      .size = sizeof arguments,
      .start = start,
      .end = end,
      .vec = (uint64_t)(uintptr_t)ranges,
      .vec_len = capacity,
      .category_inverted = IS_FILE | IS_ZERO_PAGE,
      .category_mask = IS_FILE | IS_ZERO_PAGE,
      .category_anyof_mask = IS_PRESENT | IS_SWAPPED,
      .return_mask = IS_PRESENT,
  };
  int found = ioctl(map, SCAN, &arguments);
  *walked = arguments.walk_end;
  return found;
}

int martlet_pages_can_scan(int map) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return 0;
  *(volatile char *)page = 1;
  martlet_page_range_t range = {0};
  uint64_t start = (uint64_t)(uintptr_t)page, walked = 0;
  ptrdiff_t found = martlet_pages_scan(map, start, start + size, &range, 1, &walked);
  munmap(page, size);
  return found == 1 && range.start == start;
}

ptrdiff_t martlet_pages_read(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked) {
  // Bits of an entry: documentation of the kernel, admin-guide/mm/pagemap.
  const uint64_t present = 1ull << 63, swapped = 1ull << 62, file = 1ull << 61;
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), entries[512];
  size_t found = 0;
  while (start < end) {
    size_t wanted = (size_t)((end - start) / page);
    if (wanted > 512) wanted = 512;
    ssize_t got = pread(map, entries, wanted * sizeof entries[0], (off_t)(start / page * sizeof entries[0]));
    if (got <= 0 || got % (ssize_t)sizeof entries[0] != 0) return -1;
    for (size_t index = 0; index < (size_t)got / sizeof entries[0]; index++, start += page) {
      if (!(entries[index] & (present | swapped)) || (entries[index] & file)) continue;
      if (found > 0 && ranges[found - 1].end == start) {
        ranges[found - 1].end = start + page;
      } else {
        if (found == capacity) {
          *walked = start;
          return (ptrdiff_t)found;
        }
        ranges[found++] = (martlet_page_range_t){.start = start, .end = start + page};
      }
    }
  }
  *walked = end;
  return (ptrdiff_t)found;
}

int64_t martlet_thread_faults(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return -1;
  return (int64_t)usage.ru_minflt + usage.ru_majflt;
}

int martlet_pages_held(int file, uint64_t start, uint64_t end, martlet_page_range_t *range) {
  off_t first = lseek(file, (off_t)start, SEEK_DATA);
  if (first < 0) return errno == ENXIO ? 0 : -1;
  if ((uint64_t)first >= end) return 0;
  off_t hole = lseek(file, first, SEEK_HOLE);
  if (hole <= first) return -1;
  range->start = (uint64_t)first;
  range->end = (uint64_t)hole < end ? (uint64_t)hole : end;
  return 1;
}

int martlet_pages_empty(int file, uint64_t size) {
  return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size);
}

#else

int martlet_pages_file(size_t size) {
  char name[] = "/tmp/martlet-memory-XXXXXX";
  int file = mkstemp(name);
  if (file < 0) return -1;
  unlink(name);
  if (fcntl(file, F_SETFD, FD_CLOEXEC) != 0 || ftruncate(file, (off_t)size) != 0) {
    int reason = errno;
    close(file);
    errno = reason;
    return -1;
  }
  return file;
}

int martlet_pages_open_map(void) {
  errno = ENOTSUP;
  return -1;
}

int martlet_pages_can_scan(int map) { return 0; }

ptrdiff_t martlet_pages_scan(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked) {
  errno = ENOTSUP;
  return -1;
}

ptrdiff_t martlet_pages_read(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked) {
  errno = ENOTSUP;
  return -1;
}

int64_t martlet_thread_faults(void) { return -1; }

int martlet_pages_held(int file, uint64_t start, uint64_t end, martlet_page_range_t *range) {
  errno = ENOTSUP;
  return -1;
}

int martlet_pages_empty(int file, uint64_t size) {
  errno = ENOTSUP;
  return -1;
}

#endif

martlet_making_t *martlet_making(void) {
  static _Thread_local martlet_making_t making;
  return &making;
}

unsigned martlet_thread_number(void) {
  static _Atomic unsigned next;
  static _Thread_local unsigned number;
  if (number == 0) number = atomic_fetch_add(&next, 1) + 1;
  return number - 1;
}
