private let streamError = "(error $stream-error)"
private func method(_ resource: String, _ rest: String) -> String {
    "(param \"self\" (borrow $\(resource))) \(rest)"
}

/// The interfaces of WASI 0.2 that guests of these tests use, in various versions on purpose.
let wasiText: [InterfaceText] = ioText + basicText + [filesystemText, preopensText] + socketText

private let ioText: [InterfaceText] = [
    InterfaceText(
        id: "error", name: "wasi:io/error@0.2.0", types: "(export \"error\" (type $error (sub resource)))",
        exports: ["error"],
        functions: [
            .init(
                "debug", "[method]error.to-debug-string", method("error", "(result string)"),
                "(param i32 i32)")
        ]),
    InterfaceText(
        id: "poll", name: "wasi:io/poll@0.2.3",
        types: "(export \"pollable\" (type $pollable (sub resource)))",
        exports: ["pollable"],
        functions: [
            .init(
                "ready", "[method]pollable.ready", method("pollable", "(result bool)"),
                "(param i32) (result i32)"),
            .init("block", "[method]pollable.block", method("pollable", ""), "(param i32)"),
            .init(
                "poll", "poll", "(param \"in\" (list (borrow $pollable))) (result (list u32))",
                "(param i32 i32 i32)"),
        ]),
    InterfaceText(
        id: "streams", name: "wasi:io/streams@0.2.6", uses: [("error", "error"), ("poll", "pollable")],
        types: """
            (export "input-stream" (type $input-stream (sub resource)))
            (export "output-stream" (type $output-stream (sub resource)))
            (type $failure (variant (case "last-operation-failed" (own $error)) (case "closed")))
            (export "stream-error" (type $stream-error (eq $failure)))
            """,
        exports: ["input-stream", "output-stream"],
        functions: inputFunctions + outputFunctions),
]

private let inputFunctions: [InterfaceText.Function] = [
    .init(
        "read", "[method]input-stream.read",
        method("input-stream", "(param \"len\" u64) (result (result (list u8) \(streamError)))"),
        "(param i32 i64 i32)"),
    .init(
        "blocking-read", "[method]input-stream.blocking-read",
        method("input-stream", "(param \"len\" u64) (result (result (list u8) \(streamError)))"),
        "(param i32 i64 i32)"),
    .init(
        "skip", "[method]input-stream.skip",
        method("input-stream", "(param \"len\" u64) (result (result u64 \(streamError)))"),
        "(param i32 i64 i32)"),
    .init(
        "subscribe-input", "[method]input-stream.subscribe",
        method("input-stream", "(result (own $pollable))"),
        "(param i32) (result i32)"),
]

private let outputFunctions: [InterfaceText.Function] = [
    .init(
        "check-write", "[method]output-stream.check-write",
        method("output-stream", "(result (result u64 \(streamError)))"), "(param i32 i32)"),
    .init(
        "write", "[method]output-stream.write",
        method("output-stream", "(param \"contents\" (list u8)) (result (result \(streamError)))"),
        "(param i32 i32 i32 i32)"),
    .init(
        "blocking-write", "[method]output-stream.blocking-write-and-flush",
        method("output-stream", "(param \"contents\" (list u8)) (result (result \(streamError)))"),
        "(param i32 i32 i32 i32)"),
    .init(
        "write-zeroes", "[method]output-stream.write-zeroes",
        method("output-stream", "(param \"len\" u64) (result (result \(streamError)))"), "(param i32 i64 i32)"
    ),
    .init(
        "blocking-flush", "[method]output-stream.blocking-flush",
        method("output-stream", "(result (result \(streamError)))"), "(param i32 i32)"),
    .init(
        "splice", "[method]output-stream.splice",
        method(
            "output-stream",
            "(param \"src\" (borrow $input-stream)) (param \"len\" u64) (result (result u64 \(streamError)))"),
        "(param i32 i32 i64 i32)"),
    .init(
        "blocking-splice", "[method]output-stream.blocking-splice",
        method(
            "output-stream",
            "(param \"src\" (borrow $input-stream)) (param \"len\" u64) (result (result u64 \(streamError)))"),
        "(param i32 i32 i64 i32)"),
    .init(
        "subscribe-output", "[method]output-stream.subscribe",
        method("output-stream", "(result (own $pollable))"), "(param i32) (result i32)"),
]

private let basicText: [InterfaceText] = [
    InterfaceText(
        id: "stdin", name: "wasi:cli/stdin@0.2.0", uses: [("streams", "input-stream")],
        functions: [.init("stdin", "get-stdin", "(result (own $input-stream))", "(result i32)")]),
    InterfaceText(
        id: "stdout", name: "wasi:cli/stdout@0.2.0", uses: [("streams", "output-stream")],
        functions: [.init("stdout", "get-stdout", "(result (own $output-stream))", "(result i32)")]),
    InterfaceText(
        id: "environment", name: "wasi:cli/environment@0.2.0",
        functions: [
            .init(
                "environment", "get-environment", "(result (list (tuple string string)))", "(param i32)"),
            .init("arguments", "get-arguments", "(result (list string))", "(param i32)"),
        ]),
    InterfaceText(
        id: "exit", name: "wasi:cli/exit@0.2.12",
        functions: [
            .init("exit", "exit", "(param \"status\" (result))", "(param i32)"),
            .init("exit-with-code", "exit-with-code", "(param \"status-code\" u8)", "(param i32)"),
        ]),
    InterfaceText(
        id: "terminal-output", name: "wasi:cli/terminal-output@0.2.0",
        types: "(export \"terminal-output\" (type $terminal-output (sub resource)))",
        exports: ["terminal-output"],
        functions: []),
    InterfaceText(
        id: "terminal-stdout", name: "wasi:cli/terminal-stdout@0.2.0",
        uses: [("terminal-output", "terminal-output")],
        functions: [
            .init(
                "terminal", "get-terminal-stdout", "(result (option (own $terminal-output)))", "(param i32)")
        ]),
    InterfaceText(
        id: "monotonic", name: "wasi:clocks/monotonic-clock@0.2.1", uses: [("poll", "pollable")],
        functions: [
            .init("now", "now", "(result u64)", "(result i64)"),
            .init(
                "after", "subscribe-duration", "(param \"when\" u64) (result (own $pollable))",
                "(param i64) (result i32)"),
            .init(
                "at", "subscribe-instant", "(param \"when\" u64) (result (own $pollable))",
                "(param i64) (result i32)"),
        ]),
    InterfaceText(
        id: "wall", name: "wasi:clocks/wall-clock@0.2.0",
        types: """
            (type $r (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type $datetime (eq $r)))
            """, exports: ["datetime"],
        functions: [.init("wall-now", "now", "(result $datetime)", "(param i32)")]),
    InterfaceText(
        id: "random", name: "wasi:random/random@0.2.0",
        functions: [
            .init("random", "get-random-bytes", "(param \"len\" u64) (result (list u8))", "(param i64 i32)"),
            .init("random-number", "get-random-u64", "(result u64)", "(result i64)"),
        ]),
]

private let fileError = "(error $error-code)"

private let filesystemText = InterfaceText(
    id: "filesystem", name: "wasi:filesystem/types@0.2.2",
    uses: [
        ("streams", "input-stream"), ("streams", "output-stream"), ("error", "error"), ("wall", "datetime"),
    ],
    types: """
        (export "descriptor" (type $descriptor (sub resource)))
        (export "directory-entry-stream" (type $directory-entry-stream (sub resource)))
        (type $t1 (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
          "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
          "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
          "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device"
          "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
        (export "error-code" (type $error-code (eq $t1)))
        (type $t2 (flags "symlink-follow"))
        (export "path-flags" (type $path-flags (eq $t2)))
        (type $t3 (flags "create" "directory" "exclusive" "truncate"))
        (export "open-flags" (type $open-flags (eq $t3)))
        (type $t4 (flags "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync"
          "mutate-directory"))
        (export "descriptor-flags" (type $descriptor-flags (eq $t4)))
        (type $t5 (enum "unknown" "block-device" "character-device" "directory" "fifo" "symbolic-link" "regular-file"
          "socket"))
        (export "descriptor-type" (type $descriptor-type (eq $t5)))
        (type $t6 (record (field "type" $descriptor-type) (field "link-count" u64) (field "size" u64)
          (field "data-access-timestamp" (option $datetime)) (field "data-modification-timestamp" (option $datetime))
          (field "status-change-timestamp" (option $datetime))))
        (export "descriptor-stat" (type $descriptor-stat (eq $t6)))
        (type $t7 (record (field "type" $descriptor-type) (field "name" string)))
        (export "directory-entry" (type $directory-entry (eq $t7)))
        """, exports: ["descriptor"],
    functions: [
        .init(
            "open", "[method]descriptor.open-at",
            method(
                "descriptor",
                "(param \"path-flags\" $path-flags) (param \"path\" string) (param \"open-flags\" $open-flags) (param \"flags\" $descriptor-flags) (result (result (own $descriptor) \(fileError)))"
            ), "(param i32 i32 i32 i32 i32 i32 i32)"),
        .init(
            "file-write", "[method]descriptor.write",
            method(
                "descriptor",
                "(param \"buffer\" (list u8)) (param \"offset\" u64) (result (result u64 \(fileError)))"),
            "(param i32 i32 i32 i64 i32)"),
        .init(
            "file-read", "[method]descriptor.read",
            method(
                "descriptor",
                "(param \"length\" u64) (param \"offset\" u64) (result (result (tuple (list u8) bool) \(fileError)))"
            ),
            "(param i32 i64 i64 i32)"),
        .init(
            "stat-at", "[method]descriptor.stat-at",
            method(
                "descriptor",
                "(param \"path-flags\" $path-flags) (param \"path\" string) (result (result $descriptor-stat \(fileError)))"
            ),
            "(param i32 i32 i32 i32 i32)"),
        .init(
            "read-via-stream", "[method]descriptor.read-via-stream",
            method("descriptor", "(param \"offset\" u64) (result (result (own $input-stream) \(fileError)))"),
            "(param i32 i64 i32)"),
        .init(
            "append-via-stream", "[method]descriptor.append-via-stream",
            method("descriptor", "(result (result (own $output-stream) \(fileError)))"), "(param i32 i32)"),
        .init(
            "create-directory", "[method]descriptor.create-directory-at",
            method("descriptor", "(param \"path\" string) (result (result \(fileError)))"),
            "(param i32 i32 i32 i32)"),
        .init(
            "read-directory", "[method]descriptor.read-directory",
            method("descriptor", "(result (result (own $directory-entry-stream) \(fileError)))"),
            "(param i32 i32)"),
        .init(
            "next-entry", "[method]directory-entry-stream.read-directory-entry",
            method("directory-entry-stream", "(result (result (option $directory-entry) \(fileError)))"),
            "(param i32 i32)"),
        .init(
            "filesystem-error-code", "filesystem-error-code",
            "(param \"err\" (borrow $error)) (result (option $error-code))", "(param i32 i32)"),
        .init(
            "is-same", "[method]descriptor.is-same-object",
            method("descriptor", "(param \"other\" (borrow $descriptor)) (result bool)"),
            "(param i32 i32) (result i32)"),
    ])

private let preopensText = InterfaceText(
    id: "preopens", name: "wasi:filesystem/preopens@0.2.0", uses: [("filesystem", "descriptor")],
    functions: [
        .init(
            "preopens", "get-directories", "(result (list (tuple (own $descriptor) string)))", "(param i32)")
    ])

private let networkError = "(error $error-code)"

private let networkTypes = """
    (alias outer 1 $network-error-code (type $error-code))
    (alias outer 1 $ip-socket-address (type $ip-socket-address))
    """

private let socketText: [InterfaceText] =
    [
        InterfaceText(
            id: "network", name: "wasi:sockets/network@0.2.0",
            types: """
                (export "network" (type $network (sub resource)))
                (type $t1 (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
                  "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit"
                  "address-not-bindable" "address-in-use" "remote-unreachable" "connection-refused" "connection-reset"
                  "connection-aborted" "datagram-too-large" "name-unresolvable" "temporary-resolver-failure"
                  "permanent-resolver-failure"))
                (export "error-code" (type $error-code (eq $t1)))
                (type $t2 (enum "ipv4" "ipv6"))
                (export "ip-address-family" (type $ip-address-family (eq $t2)))
                (type $v4 (tuple u8 u8 u8 u8))
                (type $v6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
                (type $t3 (variant (case "ipv4" $v4) (case "ipv6" $v6)))
                (export "ip-address" (type $ip-address (eq $t3)))
                (type $t4 (record (field "port" u16) (field "address" $v4)))
                (export "ipv4-socket-address" (type $ipv4-socket-address (eq $t4)))
                (type $t5 (record (field "port" u16) (field "flow-info" u32) (field "address" $v6) (field "scope-id" u32)))
                (export "ipv6-socket-address" (type $ipv6-socket-address (eq $t5)))
                (type $t6 (variant (case "ipv4" $ipv4-socket-address) (case "ipv6" $ipv6-socket-address)))
                (export "ip-socket-address" (type $ip-socket-address (eq $t6)))
                """,
            exports: ["network", "ip-address-family", "ip-address", "ip-socket-address", "error-code"],
            functions: []),
        InterfaceText(
            id: "instance-network", name: "wasi:sockets/instance-network@0.2.0",
            uses: [("network", "network")],
            functions: [.init("network", "instance-network", "(result (own $network))", "(result i32)")]),
        InterfaceText(
            id: "tcp", name: "wasi:sockets/tcp@0.2.0",
            uses: [
                ("network", "network"), ("network", "error-code"), ("network", "ip-socket-address"),
                ("poll", "pollable"), ("streams", "input-stream"), ("streams", "output-stream"),
            ],
            types: "(export \"tcp-socket\" (type $tcp-socket (sub resource)))", exports: ["tcp-socket"],
            functions: tcpFunctions),
        InterfaceText(
            id: "tcp-create", name: "wasi:sockets/tcp-create-socket@0.2.0",
            uses: [("network", "error-code"), ("network", "ip-address-family"), ("tcp", "tcp-socket")],
            functions: [
                .init(
                    "tcp-socket", "create-tcp-socket",
                    "(param \"address-family\" $ip-address-family) (result (result (own $tcp-socket) \(networkError)))",
                    "(param i32 i32)")
            ]),
        InterfaceText(
            id: "lookup", name: "wasi:sockets/ip-name-lookup@0.2.0",
            uses: [
                ("network", "network"), ("network", "error-code"), ("network", "ip-address"),
                ("poll", "pollable"),
            ],
            types: "(export \"resolve-address-stream\" (type $resolve-address-stream (sub resource)))",
            functions: [
                .init(
                    "resolve", "resolve-addresses",
                    "(param \"network\" (borrow $network)) (param \"name\" string) (result (result (own $resolve-address-stream) \(networkError)))",
                    "(param i32 i32 i32 i32)"),
                .init(
                    "next-address", "[method]resolve-address-stream.resolve-next-address",
                    method(
                        "resolve-address-stream", "(result (result (option $ip-address) \(networkError)))"),
                    "(param i32 i32)"),
                .init(
                    "subscribe-lookup", "[method]resolve-address-stream.subscribe",
                    method("resolve-address-stream", "(result (own $pollable))"), "(param i32) (result i32)"),
            ]),
    ] + udpText

private let place = "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)"

private let tcpFunctions: [InterfaceText.Function] = [
    .init(
        "start-bind", "[method]tcp-socket.start-bind",
        method(
            "tcp-socket",
            "(param \"network\" (borrow $network)) (param \"local-address\" $ip-socket-address) (result (result \(networkError)))"
        ),
        place),
    .init(
        "finish-bind", "[method]tcp-socket.finish-bind",
        method("tcp-socket", "(result (result \(networkError)))"),
        "(param i32 i32)"),
    .init(
        "start-connect", "[method]tcp-socket.start-connect",
        method(
            "tcp-socket",
            "(param \"network\" (borrow $network)) (param \"remote-address\" $ip-socket-address) (result (result \(networkError)))"
        ),
        place),
    .init(
        "finish-connect", "[method]tcp-socket.finish-connect",
        method(
            "tcp-socket",
            "(result (result (tuple (own $input-stream) (own $output-stream)) \(networkError)))"),
        "(param i32 i32)"),
    .init(
        "start-listen", "[method]tcp-socket.start-listen",
        method("tcp-socket", "(result (result \(networkError)))"),
        "(param i32 i32)"),
    .init(
        "finish-listen", "[method]tcp-socket.finish-listen",
        method("tcp-socket", "(result (result \(networkError)))"), "(param i32 i32)"),
    .init(
        "accept", "[method]tcp-socket.accept",
        method(
            "tcp-socket",
            "(result (result (tuple (own $tcp-socket) (own $input-stream) (own $output-stream)) \(networkError)))"
        ),
        "(param i32 i32)"),
    .init(
        "local-address", "[method]tcp-socket.local-address",
        method("tcp-socket", "(result (result $ip-socket-address \(networkError)))"), "(param i32 i32)"),
    .init(
        "subscribe-tcp", "[method]tcp-socket.subscribe", method("tcp-socket", "(result (own $pollable))"),
        "(param i32) (result i32)"),
    .init(
        "set-hop-limit", "[method]tcp-socket.set-hop-limit",
        method("tcp-socket", "(param \"value\" u8) (result (result \(networkError)))"), "(param i32 i32 i32)"),
    .init(
        "hop-limit", "[method]tcp-socket.hop-limit",
        method("tcp-socket", "(result (result u8 \(networkError)))"),
        "(param i32 i32)"),
]

private let udpText: [InterfaceText] = [
    InterfaceText(
        id: "udp", name: "wasi:sockets/udp@0.2.0",
        uses: [
            ("network", "network"), ("network", "error-code"), ("network", "ip-socket-address"),
            ("poll", "pollable"),
        ],
        types: """
            (export "udp-socket" (type $udp-socket (sub resource)))
            (export "incoming-datagram-stream" (type $incoming-datagram-stream (sub resource)))
            (export "outgoing-datagram-stream" (type $outgoing-datagram-stream (sub resource)))
            (type $u1 (record (field "data" (list u8)) (field "remote-address" $ip-socket-address)))
            (export "incoming-datagram" (type $incoming-datagram (eq $u1)))
            (type $u2 (record (field "data" (list u8)) (field "remote-address" (option $ip-socket-address))))
            (export "outgoing-datagram" (type $outgoing-datagram (eq $u2)))
            """, exports: ["udp-socket"],
        functions: [
            .init(
                "udp-start-bind", "[method]udp-socket.start-bind",
                method(
                    "udp-socket",
                    "(param \"network\" (borrow $network)) (param \"local-address\" $ip-socket-address) (result (result \(networkError)))"
                ),
                place),
            .init(
                "udp-finish-bind", "[method]udp-socket.finish-bind",
                method("udp-socket", "(result (result \(networkError)))"), "(param i32 i32)"),
            .init(
                "udp-local-address", "[method]udp-socket.local-address",
                method("udp-socket", "(result (result $ip-socket-address \(networkError)))"),
                "(param i32 i32)"),
            .init(
                "udp-stream", "[method]udp-socket.stream",
                method(
                    "udp-socket",
                    "(param \"remote-address\" (option $ip-socket-address)) (result (result (tuple (own $incoming-datagram-stream) (own $outgoing-datagram-stream)) \(networkError)))"
                ),
                place),
            .init(
                "receive", "[method]incoming-datagram-stream.receive",
                method(
                    "incoming-datagram-stream",
                    "(param \"max-results\" u64) (result (result (list $incoming-datagram) \(networkError)))"),
                "(param i32 i64 i32)"),
            .init(
                "subscribe-incoming", "[method]incoming-datagram-stream.subscribe",
                method("incoming-datagram-stream", "(result (own $pollable))"), "(param i32) (result i32)"),
            .init(
                "check-send", "[method]outgoing-datagram-stream.check-send",
                method("outgoing-datagram-stream", "(result (result u64 \(networkError)))"), "(param i32 i32)"
            ),
            .init(
                "send", "[method]outgoing-datagram-stream.send",
                method(
                    "outgoing-datagram-stream",
                    "(param \"datagrams\" (list $outgoing-datagram)) (result (result u64 \(networkError)))"),
                "(param i32 i32 i32 i32)"),
        ]),
    InterfaceText(
        id: "udp-create", name: "wasi:sockets/udp-create-socket@0.2.0",
        uses: [("network", "error-code"), ("network", "ip-address-family"), ("udp", "udp-socket")],
        functions: [
            .init(
                "udp-socket", "create-udp-socket",
                "(param \"address-family\" $ip-address-family) (result (result (own $udp-socket) \(networkError)))",
                "(param i32 i32)")
        ]),
]
