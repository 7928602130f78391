/// Takes the start function out of a module and exports it instead, for hosts that call it on a fiber.
///
/// The engine makes no instance on a fiber, and without one a start function could neither be preempted nor wait.
public enum StartFunction {
    /// The name of the export.
    public static let exportName = "martlet:start"

    /// The module without its start section, or nil when it has none.
    public static func exported(in binary: [UInt8]) -> [UInt8]? {
        guard let outline = ModuleOutline(binary), outline.hasStartFunction,
            let start = outline.sections.first(where: { $0.id == 8 })
        else { return nil }
        let export =
            SuspensionExport.leb(exportName.utf8.count) + Array(exportName.utf8) + [0x00] + Array(start.body)
        var result = Array(binary.prefix(ModuleOutline.preambleCount))
        result.reserveCapacity(binary.count + 32)
        var isAdded = false
        for section in outline.sections where section.id != 8 {
            if section.id == 7 {
                SuspensionExport.append(
                    7, SuspensionExport.extended(section.body, with: [export]), to: &result)
                isAdded = true
                continue
            }
            if !isAdded, section.id != 0,
                SuspensionExport.order(of: section.id) > SuspensionExport.order(of: 7)
            {
                SuspensionExport.append(7, [1] + export, to: &result)
                isAdded = true
            }
            SuspensionExport.append(section.id, section.body, to: &result)
        }
        if !isAdded { SuspensionExport.append(7, [1] + export, to: &result) }
        return result
    }
}
