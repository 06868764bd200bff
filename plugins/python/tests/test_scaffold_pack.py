"""The package without the host: `python3 -m unittest discover plugins/python/tests`."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scaffold_pack import (  # noqa: E402
    Context,
    Manifest,
    Output,
    Pack,
    Refusal,
    Taken,
    Template,
    export,
    read_templates,
    testing,
)


class Greeter(Pack):
    manifest = Manifest(name="greeter", version="0.1.0", summary="x")

    def render(self, context: Context, taken: list[Taken]) -> Output:
        if not context.answers["greeting"]:
            raise Refusal("no greeting", answer="/greeting")
        script = Template("greet.sh", "echo {{ answers.greeting }}\n")
        return Output().file("greet.sh", script(context.values(names=[offer.instance for offer in taken])))


class Tests(unittest.TestCase):
    def test_a_pack_runs_without_the_host(self) -> None:
        taken = [testing.taken("fastapi-base", "http-service", {})]
        output = Greeter().render(testing.context({"greeting": "hi"}), taken)
        self.assertEqual(testing.values(output, "greet.sh")["names"], ["fastapi-base"])
        self.assertEqual([template.name for template in output.templates()], ["greet.sh"])
        self.assertEqual(export(Greeter()), (object, object))

    def test_a_refusal_names_its_answer(self) -> None:
        with self.assertRaises(Refusal) as caught:
            Greeter().render(testing.context({"greeting": ""}), [])
        self.assertEqual(caught.exception.diagnostics[0].answer, "/greeting")

    def test_answers_stay_as_they_are(self) -> None:
        self.assertEqual(Greeter().migrate("0.0.1", {"a": 1}), {"a": 1})

    def test_templates_are_named_by_their_paths(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            nested = Path(folder, "app")
            nested.mkdir()
            (nested / "main.py.j2").write_text("x")
            self.assertEqual(list(read_templates(folder)), ["app/main.py.j2"])


if __name__ == "__main__":
    unittest.main()
