import AppModel
import HostSystem
import NIOCore
import Testing
import WasmEngine

@testable import WASI

@Suite("wasi:sockets in components")
struct SocketComponentTests {
    private let data = "(data (i32.const 256) \"ping\") (data (i32.const 264) \"some.test\")"

    private func core(_ body: String) -> String {
        """
        (func $port (param $at i32) (result i32) (i32.load16_u (local.get $at)))
        (func (export "run") (result i32)
          (local $net i32) (local $a i32) (local $b i32) (local $c i32) (local $port-number i32) (local $in i32)
          (local $out i32)
          (local.set $net (call $network))
          \(body)
          (i32.const 0))
        """
    }

    private func run(_ body: String, _ grants: NetworkGrants, resolver: (any HostResolver)? = nil)
        async throws
        -> Result<UInt32, Trap>
    {
        let network = HostNetwork(
            component: "test", grants: grants, resolver: resolver ?? FixedResolver(addresses: []))
        return try await ComponentGuest.run(core(body), data: data, HostSystemPlan(network: network))
    }

    private let ok = "(i32.eqz (i32.load8_u (i32.const 0)))"

    /// Calls a function with 127.0.0.1 and a port.
    private func at(_ function: String, _ socket: String, _ port: String) -> String {
        """
        (call $\(function) (local.get $\(socket)) (local.get $net) (i32.const 0) \(port) (i32.const 127) (i32.const 0)
          (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
          (i32.const 0) (i32.const 0))
        """
    }

    private func making(_ local: String, _ function: String = "tcp-socket") -> String {
        "(call $\(function) (i32.const 0) (i32.const 0)) (local.set $\(local) (i32.load (i32.const 4)))"
    }

    private var listening: String {
        making("a") + at("start-bind", "a", "(i32.const 0)") + expecting(1, ok)
            + "(call $finish-bind (local.get $a) (i32.const 0))" + expecting(2, ok)
            + "(call $finish-bind (local.get $a) (i32.const 0))"
            + expecting(3, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 7))")
            + "(call $start-listen (local.get $a) (i32.const 0))" + expecting(4, ok)
            + "(call $finish-listen (local.get $a) (i32.const 0))" + expecting(5, ok)
            + "(call $local-address (local.get $a) (i32.const 0))" + expecting(6, ok)
            + "(local.set $port-number (call $port (i32.const 8)))"
            + expecting(7, "(local.get $port-number)")
    }

    private var connecting: String {
        making("b") + at("start-connect", "b", "(local.get $port-number)") + expecting(10, ok)
            + "(call $block (call $subscribe-tcp (local.get $b)))"
            + "(call $finish-connect (local.get $b) (i32.const 0))"
    }

    @Test func `a connection between two sockets of a guest carries bytes until its end`() async throws {
        let result = try await run(
            listening + "(call $accept (local.get $a) (i32.const 0))"
                + expecting(8, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 8))") + connecting
                + expecting(11, ok) + "(local.set $out (i32.load (i32.const 8)))"
                + "(call $block (call $subscribe-tcp (local.get $a)))"
                + "(call $accept (local.get $a) (i32.const 0))" + expecting(12, ok)
                + "(local.set $in (i32.load (i32.const 8)))"
                + "(call $blocking-write (local.get $out) (i32.const 256) (i32.const 4) (i32.const 0))"
                + expecting(13, ok) + "(call $blocking-read (local.get $in) (i64.const 99) (i32.const 0))"
                + expecting(14, "(i32.eq (i32.load (i32.load (i32.const 4))) (i32.load (i32.const 256)))")
                + "(call $drop-output-stream (local.get $out))"
                + "(call $blocking-read (local.get $in) (i64.const 99) (i32.const 0))"
                + expecting(15, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 1))")
                + "(call $set-hop-limit (local.get $b) (i32.const 33) (i32.const 0))" + expecting(16, ok)
                + "(call $hop-limit (local.get $b) (i32.const 0))"
                + expecting(17, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 33))")
                + "(call $set-hop-limit (local.get $b) (i32.const 0) (i32.const 0))"
                + expecting(18, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 3))"), .everything)
        #expect(try result.get() == 0)
    }

    @Test func `a guest without grants reaches nothing with its socket`() async throws {
        let denied = "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 1))"
        let result = try await run(
            making("a") + at("start-bind", "a", "(i32.const 0)") + expecting(1, denied)
                + at("start-connect", "a", "(i32.const 2)") + expecting(2, denied), .none)
        #expect(try result.get() == 0)
    }

    @Test func `a grant to connect is none to listen, and none for other places`() async throws {
        let grants = NetworkGrants(outbound: [try OutboundPattern("tcp://127.0.0.1:1")])
        let denied = "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 1))"
        let result = try await run(
            making("a") + at("start-bind", "a", "(i32.const 0)") + expecting(1, denied)
                + at("start-connect", "a", "(i32.const 2)") + expecting(2, denied)
                + at("start-connect", "a", "(i32.const 0)")
                + expecting(3, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 3))")
                + "(local.set $port-number (i32.const 1))" + connecting
                + expecting(11, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 14))"), grants)
        #expect(try result.get() == 0)
    }

    @Test func `sockets in a wrong state say so`() async throws {
        let result = try await run(
            making("a") + "(call $start-listen (local.get $a) (i32.const 0))"
                + expecting(1, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 9))")
                + "(call $accept (local.get $a) (i32.const 0))"
                + expecting(2, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 9))")
                + "(call $finish-connect (local.get $a) (i32.const 0))"
                + expecting(3, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 7))")
                + "(call $local-address (local.get $a) (i32.const 0))"
                + expecting(4, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 9))")
                + at("start-bind", "a", "(i32.const 0)") + at("start-bind", "a", "(i32.const 0)")
                + expecting(5, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 6))"), .everything)
        #expect(try result.get() == 0)
    }

    @Test func `a datagram reaches a bound socket and names its sender`() async throws {
        func stream(_ socket: String) -> String {
            """
            (call $udp-stream (local.get $\(socket)) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
              (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
              (i32.const 0) (i32.const 0) (i32.const 0))
            """
        }
        func bound(_ local: String, _ step: Int) -> String {
            making(local, "udp-socket") + at("udp-start-bind", local, "(i32.const 0)") + expecting(step, ok)
                + "(call $udp-finish-bind (local.get $\(local)) (i32.const 0))" + expecting(step + 1, ok)
        }
        // outgoing-datagram at 512: list, then option and variant at 520, port 528, address 530.
        let datagram =
            "(i32.store (i32.const 512) (i32.const 256)) (i32.store (i32.const 516) (i32.const 4))"
            + "(i32.store8 (i32.const 520) (i32.const 1)) (i32.store8 (i32.const 524) (i32.const 0))"
            + "(i32.store16 (i32.const 528) (local.get $port-number)) (i32.store (i32.const 530) (i32.const 0x0100007f))"
        let result = try await run(
            bound("a", 1) + bound("b", 3) + "(call $udp-local-address (local.get $a) (i32.const 0))"
                + "(local.set $port-number (call $port (i32.const 8)))" + datagram + stream("a")
                + "(local.set $in (i32.load (i32.const 4)))" + stream("b") + expecting(5, ok)
                + "(local.set $out (i32.load (i32.const 8)))"
                + "(call $check-send (local.get $out) (i32.const 0))"
                + expecting(6, "(i64.gt_u (i64.load (i32.const 8)) (i64.const 0))")
                + "(call $send (local.get $out) (i32.const 512) (i32.const 1) (i32.const 0))"
                + expecting(7, "(i64.eq (i64.load (i32.const 8)) (i64.const 1))")
                + "(call $block (call $subscribe-incoming (local.get $in)))"
                + "(call $receive (local.get $in) (i64.const 9) (i32.const 0))"
                + expecting(8, "(i32.eq (i32.load (i32.const 8)) (i32.const 1))")
                + expecting(
                    9,
                    "(i32.eq (i32.load (i32.load (i32.load (i32.const 4)))) (i32.load (i32.const 256)))")
                + "(local.set $c (i32.load16_u offset=12 (i32.load (i32.const 4))))"
                + "(call $udp-local-address (local.get $b) (i32.const 0))"
                + expecting(10, "(i32.eq (local.get $c) (call $port (i32.const 8)))")
                + "(call $receive (local.get $in) (i64.const 9) (i32.const 0))"
                + expecting(11, "(i32.eqz (i32.load (i32.const 8)))"), .everything)
        #expect(try result.get() == 0)
    }

    @Test func `more datagrams than permitted trap`() async throws {
        let result = try await run(
            making("a", "udp-socket") + at("udp-start-bind", "a", "(i32.const 0)")
                + """
                (call $udp-stream (local.get $a) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                  (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                  (i32.const 0) (i32.const 0) (i32.const 0))
                (call $send (i32.load (i32.const 8)) (i32.const 512) (i32.const 1) (i32.const 0))
                """, .everything)
        #expect(trap(of: result)?.message.contains("permitted") == true)
    }

    @Test func `a look-up gives addresses one by one, as far as it is granted`() async throws {
        let looking =
            "(call $resolve (local.get $net) (i32.const 264) (i32.const 9) (i32.const 0))"
            + "(local.set $a (i32.load (i32.const 4)))"
        let resolver = FixedResolver(addresses: [.v4(0x0808_0808), .v6(1)])
        let granted = NetworkGrants(outbound: [try OutboundPattern("tcp://some.test:80")])
        let result = try await run(
            looking + expecting(1, ok) + "(call $block (call $subscribe-lookup (local.get $a)))"
                + "(call $next-address (local.get $a) (i32.const 0))" + expecting(2, ok)
                + expecting(3, "(i32.load8_u (i32.const 2))")
                + expecting(4, "(i32.eqz (i32.load8_u (i32.const 4)))")
                + expecting(5, "(i32.eq (i32.load16_u (i32.const 6)) (i32.const 0x0808))")
                + "(call $next-address (local.get $a) (i32.const 0))"
                + expecting(6, "(i32.load8_u (i32.const 4))")
                + "(call $next-address (local.get $a) (i32.const 0))"
                + expecting(7, "(i32.eqz (i32.load8_u (i32.const 2)))"), granted, resolver: resolver)
        #expect(try result.get() == 0)
        let denied = try await run(
            looking + expecting(1, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 1))"), .none)
        #expect(try denied.get() == 0)
        let unknown = try await run(
            looking + "(call $block (call $subscribe-lookup (local.get $a)))"
                + "(call $next-address (local.get $a) (i32.const 0))"
                + expecting(2, "(i32.eq (i32.load8_u (i32.const 2)) (i32.const 18))"), granted)
        #expect(try unknown.get() == 0)
    }
}

/// A resolver with one answer; none at all is a name without addresses.
private struct FixedResolver: HostResolver {
    let addresses: [IPAddress]

    func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        addresses.isEmpty
            ? loop.makeFailedFuture(HostResolutionError.notFound) : loop.makeSucceededFuture(addresses)
    }
}
