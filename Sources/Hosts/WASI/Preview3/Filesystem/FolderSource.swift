import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import NIOPosix

/// The names of a folder as a stream. What waits for a disk is asked off the loop.
final class FolderSource: HostElementSource {
    typealias Element = FolderEntry
    typealias Outcome = HostFuture<Result<NoValue, FileCode>>

    private let stream: HostDirectoryStream
    private let files: HostFileExecution
    private let eventLoop: any EventLoop
    private let outcome: Outcome
    private var ahead: ArraySlice<HostDirectoryEntry> = []
    private var position: UInt64 = 0
    private var isAtEnd = false
    private var failure: HostError?
    private var isReading = false

    init(
        _ stream: HostDirectoryStream, _ files: HostFileExecution, on eventLoop: any EventLoop,
        _ outcome: Outcome
    ) {
        self.stream = stream
        self.files = files
        self.eventLoop = eventLoop
        self.outcome = outcome
    }

    func produce(atMost count: Int, _ link: StreamLink) -> ElementStep<FolderEntry> {
        var entries: [FolderEntry] = []
        while count == 0 || entries.count < count {
            if ahead.isEmpty, !isAtEnd, failure == nil { read(link) }
            guard let next = ahead.first else {
                if isReading { return entries.isEmpty ? .pending : .elements(entries) }
                return end(entries)
            }
            if count == 0 { return .elements([]) }
            ahead.removeFirst()
            if next.name == [UInt8(ascii: ".")] || next.name == Array("..".utf8) { continue }
            guard let name = String(validating: next.name, as: UTF8.self) else {
                ahead = []
                failure = .illegalByteSequence
                return end(entries)
            }
            entries.append(FolderEntry(CanonicalTuple(FileType(next.type), name)))
        }
        return .elements(entries)
    }

    private func end(_ entries: [FolderEntry]) -> ElementStep<FolderEntry> {
        outcome.resolve(failure.map { .failure(FileCode($0)) } ?? .success(NoValue()))
        return .last(entries)
    }

    private func read(_ link: StreamLink) {
        guard !isReading else { return }
        let (stream, position, loop) = (stream, position, eventLoop)
        guard case .offload(let pool) = files else {
            return keep(Result { () throws(HostError) in try stream.entries(after: position) })
        }
        isReading = true
        let bound = NIOLoopBound((self, link), eventLoop: loop)
        pool.submit { _ in
            let result = Result { () throws(HostError) in try stream.entries(after: position) }
            loop.execute {
                bound.value.0.isReading = false
                bound.value.0.keep(result)
                bound.value.1.resume()
            }
        }
    }

    private func keep(_ result: Result<ArraySlice<HostDirectoryEntry>, HostError>) {
        switch result {
        case .success(let entries):
            ahead = entries
            if let last = entries.last { position = last.next } else { isAtEnd = true }
        case .failure(let error): failure = error
        }
    }

    func closed(_ reason: StreamClosure) { outcome.resolve(.success(NoValue())) }
}
