;; The same as hello.c, with nothing between the text and the sandbox: one import, one page of memory.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param $fd i32) (param $vectors i32) (param $count i32) (param $written i32) (result i32)))
  (memory (export "memory") 1)

  ;; One vector at 0 (address, length); fd_write stores the number of bytes written at 8.
  (data (i32.const 0) "\10\00\00\00\2e\00\00\00")
  (data (i32.const 16) "Content-Type: text/plain\0a\0aHello from the text\0a")

  (func (export "_start")
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
