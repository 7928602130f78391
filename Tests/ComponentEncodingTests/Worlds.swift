import ComponentModel
import Testing

@testable import ComponentEncoding

/// Worlds for tests.
enum Worlds {
    /// All names of interfaces of the library, with their versions.
    static var libraryInterfaces: [String] {
        InterfaceLibrary.definitions.flatMap { _, source in
            let package = source.prefix { $0 != ";" }.dropFirst("package ".count)
            let at = package.firstIndex(of: "@") ?? package.endIndex
            return source.split(separator: "\n").filter { $0.hasPrefix("interface ") }.map { line in
                let name = line.dropFirst("interface ".count).prefix { $0 != " " }
                return "\(package[..<at])/\(name)\(package[at...])"
            }
        }
    }

    /// A world of the library and a text.
    static func world(_ text: String, _ name: String? = nil) throws -> World {
        var sources = InterfaceLibrary.sources
        try sources.add(text, file: "test.wit")
        return try sources.world(name)
    }

    /// A world that imports, or exports, everything in the library.
    static func library(_ verb: String) throws -> World {
        let lines = libraryInterfaces.map { "  \(verb) \($0);\n" }.joined()
        return try world("package test:all;\nworld all {\n\(lines)}\n")
    }

    /// Everything that WIT can say, more or less.
    static let everything = """
        package test:kinds@1.2.3;

        /// A comment /* with a mark in it.
        interface shapes {
          use wasi:clocks/wall-clock@0.2.0.{datetime as moment};
          record point { x: s32, y: s32, at: option<moment> }
          enum colour { red, green, %type }
          flags marks { a, b, c }
          variant shape { empty, dot(point), line(tuple<point, point>), names(list<string>) }
          type colours = list<colour>;
          type dot = point;
          @since(version = 1.2.0)
          resource canvas {
            constructor(size: u32, title: string);
            draw: func(shape: shape, colour: colour) -> result<u64, string>;
            merge: static func(a: canvas, b: borrow<canvas>) -> canvas;
            pixels: func() -> list<u8>;
          }
          area: func(shape: shape, marks: marks) -> f64;
          many: func(a: string, b: string, c: string, d: string, e: string, f: string, g: string, h: string,
            i: string) -> tuple<string, char, bool>;
          palette: func(of: colours, d: dot) -> result<colours>;
        }

        interface painter {
          use shapes.{canvas, shape};
          paint: func(canvas: borrow<canvas>, shapes: list<shape>) -> result<_, shape>;
        }

        world imports {
          import shapes;
          import painter;
        }

        world exports {
          import shapes;
          export painter;
        }

        world both {
          use shapes.{point};
          import log: func(text: string, at: point);
          import local: interface {
            type id = u32;
            next: func(after: id) -> id;
          }
          export shapes;
          export painter;
          export run: func(arguments: list<string>) -> result<point, string>;
          export own: interface {
            record setting { name: string, value: option<string> }
            settings: func() -> list<setting>;
          }
        }

        world whole {
          include imports;
          include both;
        }
        """

    /// What bindings embed: the type of a world, as a component.
    static let embedded = """
        (component
          (@custom "wit-component-encoding" "\\04\\01")
          (type $t (component
            (type $w (component
              (type $f (func (param "text" string)))
              (import "log" (func (type $f)))
              (type $names (instance
                (type $r (record (field "first" string) (field "rest" (list string))))
                (export "name" (type $n (eq $r)))
                (export "thing" (type (sub resource)))
                (type $get (func (param "id" u32) (result $n)))
                (export "get" (func (type $get)))))
              (import "test:a/names@1.0.0" (instance $i (type $names)))
              (alias export $i "name" (type $name))
              (type $ti (instance
                 (alias outer $w $name (type $outer))
                 (export "name" (type $own (eq $outer)))
                 (type $g (func (param "n" $own) (result u32)))
                 (export "count" (func (type $g)))))
              (export "test:a/counter@1.0.0" (instance (type $ti)))
              (export "run" (func (type $f)))))
            (export "test:a/w" (component (type $w)))))
          (export "w" (type $t)))
        """
}
