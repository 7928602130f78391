import CMemoryPages
import Testing

@testable import WasmEngine

#if os(Linux)
    /// What is known of a memory's pages is forgotten as soon as it could be wrong.
    @Suite struct KnownPagesTests {
        private func pages(_ ranges: Range<Int>..., end: Int = 1_000) -> KnownPages {
            var known = KnownPages()
            known.forget()
            for range in ranges { known.note(range) }
            known.finish(at: end)
            return known
        }

        private func found(_ known: KnownPages, upTo limit: Int = 1_000, bytesMax: Int = 1_000) -> [Range<
            Int
        >]? {
            // Room for what is found: it must not be a page fault.
            var found = [Range<Int>](repeating: 0..<0, count: 32)
            var count = 0
            let isKnown = known.each(upTo: limit, bytesMax: bytesMax) { range in
                found[count] = range
                count += 1
            }
            return isKnown ? Array(found.prefix(count)) : nil
        }

        /// Any thread may have a page fault at any time, but not each time.
        private func expect(_ wanted: [Range<Int>]?, _ attempt: () -> [Range<Int>]?) {
            var last: [Range<Int>]?
            for _ in 0..<1_000 {
                last = attempt()
                if last == wanted { return }
            }
            Issue.record("never \(String(describing: wanted)), at last \(String(describing: last))")
        }

        @Test func `what was noted is known`() {
            expect([0..<10, 20..<30]) { found(pages(0..<10, 20..<30)) }
            expect([]) { found(pages()) }
        }

        @Test func `less than was looked at is known, more is not`() {
            expect([0..<10, 20..<25]) { found(pages(0..<10, 20..<30, end: 40), upTo: 25) }
            expect([0..<5]) { found(pages(0..<10, 20..<30, end: 40), upTo: 5) }
            for _ in 0..<100 { #expect(found(pages(0..<10, end: 40), upTo: 41) == nil) }
        }

        @Test func `more than may stay is not put back`() {
            for _ in 0..<100 { #expect(found(pages(0..<10, 20..<30), bytesMax: 19) == nil) }
            expect([0..<10, 20..<30]) { found(pages(0..<10, 20..<30), bytesMax: 20) }
        }

        @Test func `more runs than there is room for are not known`() {
            for _ in 0..<100 {
                var known = KnownPages()
                for number in 0..<17 { known.note(number..<(number + 1)) }
                known.finish(at: 1_000)
                #expect(found(known) == nil)
            }
        }

        @Test func `a page fault ends it`() throws {
            for _ in 0..<100 {
                let space = try #require(AddressSpace(count: AddressSpace.pageBytes))
                #expect(space.allow(true, 0..<space.count))
                let known = pages(0..<10)
                unsafe space.start.storeBytes(of: 1, as: UInt8.self)
                #expect(found(known) == nil)
            }
        }

        @Test func `another thread does not know it`() async throws {
            let known = pages(0..<10)
            let number = martlet_thread_number()
            let (other, isKnown) = await Task.detached {
                (martlet_thread_number(), known.each(upTo: 10, bytesMax: 10) { _ in })
            }.value
            if other != number { #expect(!isKnown) }
        }

        @Test func `what was forgotten is not known`() {
            for _ in 0..<100 {
                var known = pages(0..<10)
                known.forget()
                #expect(found(known) == nil)
            }
        }
    }
#endif
