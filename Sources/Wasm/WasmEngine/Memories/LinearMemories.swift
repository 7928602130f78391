import Atomics
import CMemoryPages
import CWasmtime
import NIOConcurrencyHelpers

/// The linear memories of an engine, each used again by the next instance of its module.
///
/// The engine's own pool gives most of what a guest has written back to the system, and each page that the next guest
/// touches is a fault. Here only the pages that were written are put back, in place.
@safe final class LinearMemories: Sendable {
    private let limits: EngineLimits
    private let written: WrittenPages
    private let slots = ManagedAtomic(0)
    private let keptBytes = ManagedAtomic(0)
    private let opened = ManagedAtomic(0)
    private let isMakingRoom = ManagedAtomic(false)
    private let images = NIOLockedValueBox<[ObjectIdentifier: WeakImage]>([:])

    /// Instances that have a slot while they wait.
    let idleInstances: IdleInstances

    private struct WeakImage: Sendable { weak var image: MemoryImage? }

    init(limits: EngineLimits, written: WrittenPages) {
        self.limits = limits
        self.written = written
        idleInstances = IdleInstances(atMost: min(limits.idleInstances, Int(limits.memories) / 4))
    }

    /// How many slots there are, idle ones too.
    var slotCount: Int { slots.load(ordering: .relaxed) }
    /// How many of them have windows.
    var openedCount: Int { opened.load(ordering: .relaxed) }
    /// Bytes that stay resident in all slots, as far as instances have ended.
    var residentBytes: Int { keptBytes.load(ordering: .relaxed) }

    /// What the memories of a module begin with, ready to be shown.
    func images(of starts: [MemoryStart]) throws -> [MemoryImage] {
        let made = try starts.map { try MemoryImage($0, memories: self) }
        images.withLockedValue { images in
            images = images.filter { $0.value.image != nil }
            for image in made { images[ObjectIdentifier(image)] = WeakImage(image: image) }
        }
        return made
    }

    // MARK: - Slots

    /// A new slot, in the place of another image's idle one when there are as many as may be.
    func newSlot(_ place: MemoryPlace, for image: MemoryImage?) throws(NoRoom) -> MemorySlot {
        guard countOne() || giveUpIdleSlot() && countOne() || giveUpInstances() else {
            throw .limit(limits.memories, of: "memories")
        }
        guard let slot = MemorySlot(owner: self, image: image, place),
            image.map({ $0.minimumBytes <= slot.capacity && $0.show(in: slot.space, base: slot.base) })
                ?? true
        else {
            slots.wrappingDecrement(ordering: .relaxed)
            throw .system("memory")
        }
        slot.byteCount = image?.minimumBytes ?? 0
        return slot
    }

    private func countOne() -> Bool {
        if slots.wrappingIncrementThenLoad(ordering: .relaxed) <= Int(limits.memories) { return true }
        slots.wrappingDecrement(ordering: .relaxed)
        return false
    }

    /// Ends idle instances until one has made room.
    private func giveUpInstances() -> Bool {
        while idleInstances.giveUpOne() {
            if countOne() || giveUpIdleSlot() && countOne() { return true }
        }
        return false
    }

    private var aliveImages: [MemoryImage] { images.withLockedValue { $0.values.compactMap(\.image) } }

    private func giveUpIdleSlot() -> Bool {
        for image in aliveImages {
            if let slot = image.giveUpSlot() {
                gone(slot)
                return true
            }
        }
        return false
    }

    /// A slot is not used any more.
    func gone(_ slot: MemorySlot) {
        slots.wrappingDecrement(ordering: .relaxed)
        keptBytes.wrappingDecrement(by: slot.keptBytes, ordering: .relaxed)
        if slot.hasWindows { opened.wrappingDecrement(ordering: .relaxed) }
    }

    /// An instance has ended: its slot waits for the next one of the same image.
    func release(_ slot: MemorySlot) {
        guard let image = unsafe slot.uncountedImage else { return gone(slot) }
        unsafe image._withUnsafeGuaranteedRef { release(slot, of: $0) }
    }

    private func release(_ slot: MemorySlot, of image: MemoryImage) {
        if !reset(slot, to: image) || !image.keep(slot) { gone(slot) }
    }

    /// Makes a slot that stays with its instance what its image says. False when it cannot be; the instance may not be used
    /// then.
    func renew(_ slot: MemorySlot) -> Bool {
        guard let image = unsafe slot.uncountedImage else { return false }
        return unsafe image._withUnsafeGuaranteedRef { reset(slot, to: $0) }
    }

    private func reset(_ slot: MemorySlot, to image: MemoryImage) -> Bool {
        let before = slot.keptBytes
        if room < limits.memoryResidentBytes - before { makeRoom() }
        let residentBytesMax = min(limits.memoryResidentBytes, max(0, room + before))
        let isWell =
            isToOpen(slot, image, residentBytesMax)
            ? open(slot, for: image) : slot.reset(to: image, written, residentBytesMax: residentBytesMax)
        count(slot, keptBefore: before)
        return isWell
    }

    /// Whether the next guests will gain from windows: those of the image grow their memories, by little.
    private func isToOpen(_ slot: MemorySlot, _ image: MemoryImage, _ residentBytesMax: Int) -> Bool {
        !slot.hasWindows && slot.mayMove && slot.byteCount > image.minimumBytes
            && slot.byteCount <= MemoryWindows.bytesMax
            && image.pages.count <= min(MemoryWindows.imageBytesMax, residentBytesMax)
            && written.method == .scan && openedCount < limits.openedMemories
    }

    private func open(_ slot: MemorySlot, for image: MemoryImage) -> Bool {
        guard slot.open(for: image) else { return false }
        opened.wrappingIncrement(ordering: .relaxed)
        return true
    }

    /// Takes the pages of an idle slot. False when the system refuses; nobody may get the slot then.
    func cool(_ slot: MemorySlot) -> Bool {
        let before = slot.keptBytes
        let isWell = slot.cool()
        count(slot, keptBefore: before)
        return isWell
    }

    // MARK: - Residence

    /// Bytes that may yet stay resident.
    private var room: Int { limits.memoriesResidentBytes - keptBytes.load(ordering: .relaxed) }

    /// After a crowd most slots wait for long. What they hold is worth more to those in use.
    private func makeRoom() {
        // An instance that is given up releases its slots, for which no more room need be made.
        guard !isMakingRoom.exchange(true, ordering: .relaxed) else { return }
        defer { isMakingRoom.store(false, ordering: .relaxed) }
        let images = aliveImages.map { (image: $0, warmCount: $0.warmCount) }
        if images.max(by: { $0.warmCount < $1.warmCount })?.image.coolSlot() != true {
            _ = idleInstances.giveUpOne()
        }
    }

    private func count(_ slot: MemorySlot, keptBefore: Int) {
        guard slot.keptBytes != keptBefore else { return }
        keptBytes.wrappingIncrement(by: slot.keptBytes - keptBefore, ordering: .relaxed)
    }

    // MARK: - The engine's calls

    /// How much can be addressed in a 32-bit memory, in bytes.
    static let addressable = 4 << 30

    /// What the engine is told to reserve, in bytes: one page less than a memory may grow to, for one that always fits is taken to
    /// stay where it is. Together with the guard it is still all that can be addressed, so no access needs a bounds check.
    private static let reservation = addressable - (64 << 10)

    /// Makes the engine ask here for memories. The configuration keeps `self` for as long as its engine lives.
    func serve(_ configuration: OpaquePointer?) {
        var creator = unsafe wasmtime_memory_creator_t(
            env: Unmanaged.passRetained(self).toOpaque(), new_memory: Self.newMemory,
            finalizer: {
                if let self_ = unsafe $0 { unsafe Unmanaged<LinearMemories>.fromOpaque(self_).release() }
            })
        unsafe wasmtime_config_memory_reservation_set(configuration, UInt64(Self.reservation))
        unsafe wasmtime_config_memory_may_move_set(configuration, true)
        unsafe wasmtime_config_host_memory_creator_set(configuration, &creator)
    }

    private static let newMemory: wasmtime_new_memory_callback_t = {
        environment, type, minimum, maximum, reserved, guardBytes, result in
        guard let environment = unsafe environment, let result = unsafe result else { return nil }
        return unsafe Unmanaged<LinearMemories>.fromOpaque(environment)._withUnsafeGuaranteedRef { memories in
            guard minimum <= memories.limits.memoryBytes else {
                let most = memories.limits.memoryBytes
                return unsafe wasmtime_error_new(
                    "a memory of \(minimum) bytes is larger than the \(most) that one may have")
            }
            let is64 = unsafe wasmtime_memorytype_is64(type)
            let place = MemoryPlace(
                // A 64-bit memory may begin with more than the engine reserves for others.
                bytes: max(LinearMemories.addressable, reserved, minimum), guardBytes: guardBytes,
                capacity: memories.limits.memoryBytes,
                // As the engine decides it.
                mayMove: !is64 && maximum > reserved)
            let slot: MemorySlot
            do throws(NoRoom) {
                slot = try memories.slot(minimum: minimum, place)
            } catch { return unsafe wasmtime_error_new(error.sentence) }
            unsafe result.pointee = wasmtime_linear_memory_t(
                env: Unmanaged.passRetained(slot).toOpaque(), get_memory: LinearMemories.getMemory,
                grow_memory: LinearMemories.growMemory, finalizer: LinearMemories.endMemory)
            return nil
        }
    }

    private func slot(minimum: Int, _ place: MemoryPlace) throws(NoRoom) -> MemorySlot {
        switch MemoriesInMaking.next(minimumBytes: minimum) {
        case .image(let image):
            // The standard library's function does not carry typed errors.
            let slot: Result<MemorySlot, NoRoom> = unsafe image._withUnsafeGuaranteedRef { image in
                do throws(NoRoom) { return .success(try image.takeSlot(place)) } catch {
                    return .failure(error)
                }
            }
            let taken = try slot.get()
            taken.begin()
            MemoriesInMaking.made(taken)
            return taken
        case .unexpected: throw .unexpected
        case .other: break
        }
        let slot = try newSlot(place, for: nil)
        guard slot.grow(to: minimum) else {
            gone(slot)
            throw .system("memory")
        }
        return slot
    }

    private static let getMemory: wasmtime_memory_get_callback_t = { slot, byteCount, capacity in
        guard let slot = unsafe slot else { return nil }
        return unsafe Unmanaged<MemorySlot>.fromOpaque(slot)._withUnsafeGuaranteedRef { slot in
            unsafe byteCount?.pointee = slot.byteCount
            // The engine takes a memory that grows within its capacity to stay where it is.
            unsafe capacity?.pointee = slot.hasWindows ? slot.byteCount : slot.capacity
            return unsafe slot.start.assumingMemoryBound(to: UInt8.self)
        }
    }

    private static let growMemory: wasmtime_memory_grow_callback_t = { slot, byteCount in
        guard let slot = unsafe slot else { return nil }
        return unsafe Unmanaged<MemorySlot>.fromOpaque(slot)._withUnsafeGuaranteedRef { slot in
            slot.grow(to: byteCount) ? nil : unsafe wasmtime_error_new("the memory's slot is too small")
        }
    }

    private static let endMemory: wasmtime_finalizer_t = { slot in
        guard let slot = unsafe slot else { return }
        let ended = unsafe Unmanaged<MemorySlot>.fromOpaque(slot)
        unsafe ended._withUnsafeGuaranteedRef { $0.owner.release($0) }
        unsafe ended.release()
    }
}
