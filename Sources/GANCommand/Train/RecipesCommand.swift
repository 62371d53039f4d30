import ArgumentParser
import GAN

/// `gan recipes`.
struct RecipesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipes",
        abstract: "List the recipes that gan train takes.",
        discussion: """
            A recipe is a bundle of network, loss, optimizer and loop. Flags of gan train change each \
            part of it, but for the article's, which stays as its author has it.
            """)

    func run() throws {
        let width = RecipeName.all.map(\.name.count).max() ?? 0
        let lines = RecipeName.all.map { recipe in
            let name = recipe.name + String(repeating: " ", count: width - recipe.name.count)
            return "\(name)  \(recipe.purpose)\n"
        }
        System.print(lines.joined())
    }
}
