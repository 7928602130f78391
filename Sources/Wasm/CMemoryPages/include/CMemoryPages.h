// What the system says about pages of memory, where Swift cannot ask for itself: a call with a variable argument, and a
// variable of a thread.

#ifndef MARTLET_CMEMORYPAGES_H
#define MARTLET_CMEMORYPAGES_H

#include <stddef.h>
#include <stdint.h>

// Addresses of whole pages, laid out like the kernel's `struct page_region`.
typedef struct martlet_page_range {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
} martlet_page_range_t;

// A file of `size` bytes that has no name and lives in memory; -1 and errno when there is none.
int martlet_pages_file(size_t size);

// The process's page map for the functions below; -1 where the system has none that can be read.
int martlet_pages_open_map(void);

// Whether `map` can be scanned by martlet_pages_scan.
int martlet_pages_can_scan(int map);

// Finds pages of [start, end) that hold what was written in this process and nowhere else: not pages of a file, not the
// zero page. Fills at most `capacity` ranges, and tells in `walked` how far it came. Gives the number of ranges, or -1.
ptrdiff_t martlet_pages_scan(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked);

// The same for kernels that cannot scan (before 6.7), by reading an entry for each page; the zero page counts as written.
ptrdiff_t martlet_pages_read(int map, uint64_t start, uint64_t end, martlet_page_range_t *ranges, size_t capacity,
                             uint64_t *walked);

// Finds the first run of pages in [start, end) of a file in memory that it holds, wherever they were written from and even
// if they are swapped out. Gives 1, 0 when there is none, or -1.
int martlet_pages_held(int file, uint64_t start, uint64_t end, martlet_page_range_t *range);

// Page faults of this thread so far; -1 where the system does not count them.
int64_t martlet_thread_faults(void);

// Gives all pages of a file of `size` bytes back: wherever they are shown, they are zero again. 0, or -1 where they are not.
int martlet_pages_empty(int file, uint64_t size);

// So many memories of an instance are remembered.
#define MARTLET_MAKING_SLOTS 4

// The instance that a thread is making: what its memories hold, how many of them were made, and their slots.
typedef struct martlet_making {
  void *memories;
  size_t made;
  void *slots[MARTLET_MAKING_SLOTS];
} martlet_making_t;

// That of this thread.
martlet_making_t *martlet_making(void);

// A small number of this thread: threads that live together have different ones, as long as there are few.
unsigned martlet_thread_number(void);

#endif
