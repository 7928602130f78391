import NIOHTTP1
import WasmEngine

/// How a request is answered whose guest was ended.
struct TrapAnswer {
    let status: HTTPResponseStatus
    var headers: HTTPHeaders = [:]

    /// Nothing where the client is the one who went away.
    init?(_ trap: Trap, clientIsGone: Bool) {
        switch trap.reason {
        case .deadline, .cpuBudget: status = .gatewayTimeout
        case .cancelled where clientIsGone: return nil
        case .cancelled: status = .serviceUnavailable
        case .exhausted: (status, headers) = (.serviceUnavailable, ["retry-after": "1"])
        default: status = .internalServerError
        }
    }
}
