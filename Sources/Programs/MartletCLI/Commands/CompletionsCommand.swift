import ArgumentParser
import Assembly

struct CompletionsCommand: OperationCommand {
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        var completionShell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a script that completes martlet's commands in your shell.",
        discussion: """
            Put the script where your shell looks for it, then start a new shell:
              bash: martlet completions bash > ~/.local/share/bash-completion/completions/martlet
              zsh:  martlet completions zsh > ~/.zfunc/_martlet   (with ~/.zfunc in $fpath)
              fish: martlet completions fish > ~/.config/fish/completions/martlet.fish
            """)

    @Argument(help: "The shell to write for.")
    var shell: Shell

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        console.output(MartletCommand.completionScript(for: shell.completionShell))
        return .success
    }
}
