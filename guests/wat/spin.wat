;; Never ends, never calls the host.
(module $spin
  (memory (export "memory") 1)
  (func $forever (export "_start") (loop $again (br $again))))
