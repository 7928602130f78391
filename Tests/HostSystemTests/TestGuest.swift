import Dispatch
import NIOCore
import NIOPosix
import Synchronization

@testable import HostSystem

/// Waits by blocking the thread of the test.
final class TestGuest: HostWaiting {
    struct Ended: Error {}

    let eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()
    var cpuNanoseconds: UInt64 = 7
    /// Waits so far.
    private(set) var waits = 0
    /// Ends the guest at its next wait.
    var isEnding = false
    /// Called at each wait, once it is arranged.
    var onWait: () -> Void = {}

    func wait(_ arrange: (@escaping @Sendable () -> Void) -> Void) throws {
        waits += 1
        let semaphore = DispatchSemaphore(value: 0)
        arrange { semaphore.signal() }
        onWait()
        if isEnding { throw Ended() }
        semaphore.wait()
    }

    func pause() throws { if isEnding { throw Ended() } }
}

/// The error that `body` throws, nil when it does not.
func failure<Value>(_ body: () throws -> Value) -> HostError? {
    do {
        _ = try body()
        return nil
    } catch let error as HostError {
        return error
    } catch HostFailure.code(let error) {
        return error
    } catch {
        return nil
    }
}

extension HostDirectory {
    func file(_ path: String, _ options: HostOpenOptions) throws -> HostFile {
        guard case .file(let file) = try open(path, options) else { throw HostError.invalid }
        return file
    }

    func folder(_ path: String) throws -> HostDirectory {
        guard case .directory(let directory) = try open(path, HostOpenOptions()) else {
            throw HostError.invalid
        }
        return directory
    }
}

extension HostOpenOptions {
    static let reading = HostOpenOptions()

    static func writing(_ change: (inout HostOpenOptions) -> Void = { _ in }) -> HostOpenOptions {
        var options = HostOpenOptions()
        options.writes = true
        options.creates = true
        change(&options)
        return options
    }

    var following: HostOpenOptions {
        var options = self
        options.followsLinks = true
        return options
    }
}
