;; Grows a table by 1,000 entries at a time until it is refused, then answers `refused`.
(module $table_bomb
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table $entries 1 funcref)

  (data (i32.const 0) "\10\00\00\00\22\00\00\00")
  (data (i32.const 16) "Content-Type: text/plain\0a\0arefused\0a")

  (func (export "_start")
    (loop $again
      (br_if $again
        (i32.ne (table.grow $entries (ref.null func) (i32.const 1000)) (i32.const -1))))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
