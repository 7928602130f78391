;; Traps three calls deep, so that a backtrace has names to show. With an argument after the program's name (under WAGI:
;; with a query) the head and a piece of the body are out before that; otherwise nothing is.
(module $trap
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (memory (export "memory") 1)

  (data (i32.const 0) "\10\00\00\00\21\00\00\00")
  (data (i32.const 16) "Content-Type: text/plain\0a\0abefore\0a")

  (func $inner unreachable)
  (func $middle (call $inner))
  (func $outer (call $middle))

  (func $_start (export "_start")
    (drop (call $args_sizes_get (i32.const 8) (i32.const 12)))
    (if (i32.gt_u (i32.load (i32.const 8)) (i32.const 1))
      (then (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (call $outer)))
