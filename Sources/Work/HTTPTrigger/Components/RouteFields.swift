import HTTPServer
import NIOCore
import NIOHTTP1
import WASIHTTP

/// What a guest is told about its route, in header fields that Spin invented. Made only when a guest asks.
struct RouteFields {
    let routes: RouteTable
    let match: RouteMatch

    private static let names: Set<String> = [
        "spin-path-info", "spin-full-url", "spin-matched-route", "spin-raw-component-route",
        "spin-component-route", "spin-base-path", "spin-client-addr",
    ]

    /// Without fields of these names: a client could pretend otherwise.
    static func removed(from headers: HTTPHeaders) -> HTTPHeaders {
        guard headers.contains(where: { isReserved($0.name) }) else { return headers }
        return HTTPHeaders(headers.filter { !isReserved($0.name) })
    }

    private static func isReserved(_ name: String) -> Bool {
        guard name.utf8.count >= 13,
            name.utf8.prefix(5).elementsEqual("spin-".utf8, by: { $0 | 0x20 == $1 || $0 == $1 })
        else { return false }
        let lowercase = name.lowercased()
        return names.contains(lowercase) || lowercase.hasPrefix("spin-path-match-")
    }

    func fields(of exchange: HTTPExchange) -> [HTTPField] {
        let head = exchange.head
        let path = String(head.path)
        let texts = routes.texts(of: match)
        let host = head.authority.isEmpty ? "localhost" : head.authority
        var fields: [HTTPField] = []
        let add = { (name: String, value: String) in
            fields.append(HTTPField(name: name, value: HTTPFieldValue(value)))
        }
        add("spin-path-info", match.pathInfo(in: path))
        add("spin-full-url", "\(head.scheme)://\(host)\(head.pathAndQuery)")
        add("spin-matched-route", texts.matched)
        add("spin-raw-component-route", texts.raw)
        add("spin-component-route", texts.component)
        add("spin-base-path", "/")
        add("spin-client-addr", exchange.remoteAddress.flatMap(Self.text) ?? "")
        for parameter in routes.parameters(of: match, in: path) {
            add("spin-path-match-\(parameter.name.replacingUnderscores)", parameter.value)
        }
        return fields
    }

    private static func text(of address: SocketAddress) -> String? {
        guard let ip = address.ipAddress, let port = address.port else { return nil }
        return ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }
}

extension String {
    fileprivate var replacingUnderscores: String {
        String(decoding: utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }
}
