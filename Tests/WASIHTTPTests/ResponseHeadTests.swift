import Testing

@testable import WASIHTTP

@Suite struct ResponseHeadTests {
    @Test func `a guest sets the status codes of the specification and no others`() {
        var head = ResponseHead(fields: HTTPFields())
        #expect(head.status == 200 && !head.fields.isMutable)
        for status: UInt16 in [100, 101, 199, 299, 404, 599] {
            let isSet = head.setStatus(status)
            #expect(isSet && head.status == status)
        }
        for status: UInt16 in [0, 42, 69, 99, 600, 999, 1000, 65535] {
            let isSet = head.setStatus(status)
            #expect(!isSet && head.status == 599, "\(status)")
        }
    }

    @Test func `a server may answer with any three digits`() {
        for status in [100, 200, 600, 999] {
            let head = ResponseHead(received: status, HTTPFields())
            #expect(head.map { Int($0.status) } == status)
        }
        for status in [-1, 0, 99, 1000, 65736] {
            #expect(ResponseHead(received: status, HTTPFields()) == nil)
        }
    }
}
