# A world of our own (world.wit): greets whom it is told to and tells the host's log; adds up the prices of a list.
import wit_world
from wit_world.imports import log


class WitWorld(wit_world.WitWorld):
    def greet(self, name: str) -> str:
        log.write(f"greeting {name}")
        return f"Hello, {name}!"

    def total(self, items: list[wit_world.Item]) -> int:
        return sum(item.price for item in items)
