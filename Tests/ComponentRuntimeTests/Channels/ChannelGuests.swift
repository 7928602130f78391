/// Components that use streams and futures of the host, as text.
enum ChannelGuests {
    /// `run(chunk, most)` reads what `source` gives in chunks until the end, or until it has read `most` bytes, and
    /// returns the sum of the bytes plus 65,536 times their count.
    static let reader = """
        (component
          \(libc)
          (import "source" (func $source (result (stream u8))))
          (type $stream (stream u8))
          (core func $source' (canon lower (func $source)))
          (core func $read (canon stream.read $stream (memory (core memory $libc "memory"))))
          (core func $drop (canon stream.drop-readable $stream))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "source" (func $source (result i32)))
            (import "" "read" (func $read (param i32 i32 i32) (result i32)))
            (import "" "drop" (func $drop (param i32)))
            (func (export "run") (param $chunk i32) (param $most i32) (result i32)
              (local $stream i32) (local $status i32) (local $end i32) (local $at i32) (local $sum i32)
              (local $count i32)
              (local.set $stream (call $source))
              (block $done
                (loop $more
                  (br_if $done (i32.ge_u (local.get $count) (local.get $most)))
                  (local.set $status (call $read (local.get $stream) (i32.const 4096) (local.get $chunk)))
                  (local.set $at (i32.const 4096))
                  (local.set $end
                    (i32.add (i32.const 4096) (i32.shr_u (local.get $status) (i32.const 4))))
                  (local.set $count
                    (i32.add (local.get $count) (i32.shr_u (local.get $status) (i32.const 4))))
                  (block $added
                    (loop $add
                      (br_if $added (i32.ge_u (local.get $at) (local.get $end)))
                      (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
                      (local.set $at (i32.add (local.get $at) (i32.const 1)))
                      (br $add)))
                  (br_if $more (i32.eqz (i32.and (local.get $status) (i32.const 15))))))
              (call $drop (local.get $stream))
              (i32.add (local.get $sum) (i32.shl (local.get $count) (i32.const 16)))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $libc "memory")) (export "source" (func $source'))
            (export "read" (func $read)) (export "drop" (func $drop))))))
          (func (export "run") async (param "chunk" u32) (param "most" u32) (result u32)
            (canon lift (core func $main "run"))))
        """

    /// `run(count)` gives `take` a stream, writes bytes 0, 1, 2, ... to it and returns 65,536 times the last write's
    /// status plus what the future says that `take` returned.
    static let writer = """
        (component
          \(libc)
          (type $stream (stream u8))
          (type $future (future u32))
          (import "take" (func $take (param "data" (stream u8)) (result (future u32))))
          (core func $take' (canon lower (func $take)))
          (core func $new (canon stream.new $stream))
          (core func $write (canon stream.write $stream (memory (core memory $libc "memory"))))
          (core func $drop (canon stream.drop-writable $stream))
          (core func $get (canon future.read $future (memory (core memory $libc "memory"))))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "take" (func $take (param i32) (result i32)))
            (import "" "new" (func $new (result i64)))
            (import "" "write" (func $write (param i32 i32 i32) (result i32)))
            (import "" "drop" (func $drop (param i32)))
            (import "" "get" (func $get (param i32 i32) (result i32)))
            (func (export "run") (param $count i32) (result i32)
              (local $ends i64) (local $writer i32) (local $future i32) (local $at i32) (local $status i32)
              (loop $fill
                (i32.store8 (i32.add (i32.const 4096) (local.get $at)) (local.get $at))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))
                (br_if $fill (i32.lt_u (local.get $at) (local.get $count))))
              (local.set $ends (call $new))
              (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
              (local.set $future (call $take (i32.wrap_i64 (local.get $ends))))
              (local.set $at (i32.const 0))
              (block $done
                (loop $more
                  (br_if $done (i32.ge_u (local.get $at) (local.get $count)))
                  (local.set $status (call $write (local.get $writer)
                    (i32.add (i32.const 4096) (local.get $at)) (i32.sub (local.get $count) (local.get $at))))
                  (local.set $at (i32.add (local.get $at) (i32.shr_u (local.get $status) (i32.const 4))))
                  (br_if $more (i32.eqz (i32.and (local.get $status) (i32.const 15))))))
              (call $drop (local.get $writer))
              (drop (call $get (local.get $future) (i32.const 16)))
              (i32.add (i32.shl (local.get $status) (i32.const 16)) (i32.load (i32.const 16)))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $libc "memory")) (export "take" (func $take'))
            (export "new" (func $new)) (export "write" (func $write)) (export "drop" (func $drop))
            (export "get" (func $get))))))
          (func (export "run") async (param "count" u32) (result u32) (canon lift (core func $main "run"))))
        """

    /// `run()` hands the stream of `source` to `take` and returns what the future of that says.
    static let passer = """
        (component
          \(libc)
          (type $future (future u32))
          (import "source" (func $source (result (stream u8))))
          (import "take" (func $take (param "data" (stream u8)) (result (future u32))))
          (core func $source' (canon lower (func $source)))
          (core func $take' (canon lower (func $take)))
          (core func $get (canon future.read $future (memory (core memory $libc "memory"))))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "source" (func $source (result i32)))
            (import "" "take" (func $take (param i32) (result i32)))
            (import "" "get" (func $get (param i32 i32) (result i32)))
            (func (export "run") (result i32)
              (drop (call $get (call $take (call $source)) (i32.const 16)))
              (i32.load (i32.const 16))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $libc "memory")) (export "source" (func $source'))
            (export "take" (func $take')) (export "get" (func $get))))))
          (func (export "run") async (result u32) (canon lift (core func $main "run"))))
        """

    /// `run()` reads the pairs of a string and a number that `list` gives, two at a time, and returns the length of all
    /// strings plus 65,536 times the sum of the numbers.
    static let lister = """
        (component
          \(libc)
          (type $stream (stream (tuple string u32)))
          (import "list" (func $list (result (stream (tuple string u32)))))
          (core func $list' (canon lower (func $list)))
          (core func $read (canon stream.read $stream
            (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "list" (func $list (result i32)))
            (import "" "read" (func $read (param i32 i32 i32) (result i32)))
            (func (export "run") (result i32)
              (local $stream i32) (local $status i32) (local $count i32) (local $at i32) (local $sum i32)
              (local.set $stream (call $list))
              (loop $more
                (local.set $status (call $read (local.get $stream) (i32.const 16) (i32.const 2)))
                (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
                (local.set $at (i32.const 16))
                (block $added
                  (loop $add
                    (br_if $added (i32.eqz (local.get $count)))
                    (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (local.get $at))))
                    (local.set $sum (i32.add (local.get $sum)
                      (i32.shl (i32.load offset=8 (local.get $at)) (i32.const 16))))
                    (local.set $at (i32.add (local.get $at) (i32.const 12)))
                    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                    (br $add)))
                (br_if $more (i32.eqz (i32.and (local.get $status) (i32.const 15)))))
              (local.get $sum)))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $libc "memory")) (export "list" (func $list'))
            (export "read" (func $read))))))
          (func (export "run") async (result u32) (canon lift (core func $main "run"))))
        """

    /// `run()` gives `take` a stream of strings, writes one of five and one of three bytes, drops its end and returns
    /// the status of the write. `give()` gives `want` a future of a number and writes 42 to it.
    static let giver = """
        (component
          \(libc)
          (type $stream (stream string))
          (type $future (future u32))
          (import "take" (func $take (param "data" (stream string))))
          (import "want" (func $want (param "value" (future u32))))
          (core func $take' (canon lower (func $take)))
          (core func $want' (canon lower (func $want)))
          (core func $new (canon stream.new $stream))
          (core func $write (canon stream.write $stream (memory (core memory $libc "memory"))))
          (core func $drop (canon stream.drop-writable $stream))
          (core func $new-future (canon future.new $future))
          (core func $set (canon future.write $future (memory (core memory $libc "memory"))))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "take" (func $take (param i32)))
            (import "" "want" (func $want (param i32)))
            (import "" "new" (func $new (result i64)))
            (import "" "write" (func $write (param i32 i32 i32) (result i32)))
            (import "" "drop" (func $drop (param i32)))
            (import "" "new-future" (func $new-future (result i64)))
            (import "" "set" (func $set (param i32 i32) (result i32)))
            (data (i32.const 256) "fünfdre")
            (func (export "run") (result i32)
              (local $ends i64) (local $writer i32) (local $status i32)
              (i32.store (i32.const 16) (i32.const 256))
              (i32.store (i32.const 20) (i32.const 5))
              (i32.store (i32.const 24) (i32.const 261))
              (i32.store (i32.const 28) (i32.const 3))
              (local.set $ends (call $new))
              (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
              (call $take (i32.wrap_i64 (local.get $ends)))
              (local.set $status (call $write (local.get $writer) (i32.const 16) (i32.const 2)))
              (call $drop (local.get $writer))
              (local.get $status))
            (func (export "give") (result i32)
              (local $ends i64)
              (local.set $ends (call $new-future))
              (call $want (i32.wrap_i64 (local.get $ends)))
              (i32.store (i32.const 16) (i32.const 42))
              (call $set (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))) (i32.const 16))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $libc "memory")) (export "take" (func $take'))
            (export "want" (func $want')) (export "new" (func $new)) (export "write" (func $write))
            (export "drop" (func $drop)) (export "new-future" (func $new-future))
            (export "set" (func $set))))))
          (func (export "run") async (result u32) (canon lift (core func $main "run")))
          (func (export "give") async (result u32) (canon lift (core func $main "give"))))
        """

    /// `run()` begins to read four bytes of `source`, cancels that, tells `note` the status of both, reads again and
    /// returns the last status.
    static let canceller = """
        (component
          \(libc)
          (type $stream (stream u8))
          (import "source" (func $source (result (stream u8))))
          (import "note" (func $note (param "first" u32) (param "second" u32)))
          (core func $source' (canon lower (func $source)))
          (core func $note' (canon lower (func $note)))
          (core func $begin (canon stream.read $stream async (memory (core memory $libc "memory"))))
          (core func $read (canon stream.read $stream (memory (core memory $libc "memory"))))
          (core func $cancel (canon stream.cancel-read $stream))
          (core module $Main
            (import "" "source" (func $source (result i32)))
            (import "" "note" (func $note (param i32 i32)))
            (import "" "begin" (func $begin (param i32 i32 i32) (result i32)))
            (import "" "read" (func $read (param i32 i32 i32) (result i32)))
            (import "" "cancel" (func $cancel (param i32) (result i32)))
            (func (export "run") (result i32)
              (local $stream i32) (local $first i32)
              (local.set $stream (call $source))
              (local.set $first (call $begin (local.get $stream) (i32.const 16) (i32.const 4)))
              (call $note (local.get $first) (call $cancel (local.get $stream)))
              (call $read (local.get $stream) (i32.const 16) (i32.const 4))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "source" (func $source')) (export "note" (func $note')) (export "begin" (func $begin))
            (export "read" (func $read)) (export "cancel" (func $cancel))))))
          (func (export "run") async (result u32) (canon lift (core func $main "run"))))
        """
}
