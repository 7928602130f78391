// Answers with what it was asked: method, target, fields and body. A CGI program.
const std = @import("std");
const Io = std.Io;

pub fn main(init: std.process.Init) !void {
    const arena = init.arena.allocator();
    const environment = init.environ_map;
    var room: [4096]u8 = undefined;
    var writer: Io.File.Writer = .initStreaming(.stdout(), init.io, &room);
    const out = &writer.interface;
    try out.writeAll("Content-Type: text/plain\nX-Guest: zig\n\n");

    const query = environment.get("QUERY_STRING") orelse "";
    try out.print("{s}\n{s}{s}{s}\n", .{
        environment.get("REQUEST_METHOD") orelse "",
        environment.get("PATH_INFO") orelse "",
        if (query.len > 0) "?" else "",
        query,
    });
    for (environment.keys(), environment.values()) |key, value| {
        if (!std.mem.startsWith(u8, key, "HTTP_")) continue;
        const name = try std.ascii.allocLowerString(arena, key["HTTP_".len..]);
        std.mem.replaceScalar(u8, name, '_', '-');
        try out.print("{s}: {s}\n", .{ name, value });
    }
    try out.writeAll("\n");

    var input: [4096]u8 = undefined;
    // A pipe has no positions to read at.
    var reader: Io.File.Reader = .initStreaming(.stdin(), init.io, &input);
    _ = try reader.interface.streamRemaining(out);
    try out.flush();
}
