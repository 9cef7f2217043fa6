"""Deploying and rolling back, on a real bucket and a real model server."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fototeca.archive import keys
from fototeca.archive.store import Store
from fototeca.context import Context
from fototeca.errors import Conflict, ModelRejected, NothingToDeploy, ServingUnavailable
from fototeca.selection import promotion
from fototeca.selection.ledger import append, entries, in_force, version_in_force
from fototeca.selection.promotion import Deployment
from fototeca.serving import messages
from fototeca.steps.deploy import deploy
from fototeca.steps.rollback import rollback

from .conftest import Server, jpeg

Train = Callable[..., None]


def labelled_stable(server: Server, model: str = "mars") -> int:
    """The version that the label points at."""
    asked = messages.GetModelMetadataRequest(model_spec={"name": model, "version_label": "stable"})
    asked.metadata_field.append("signature_def")
    version: int = server.prediction.GetModelMetadata(asked).model_spec.version.value
    return version


def test_a_deployed_run_is_in_force_and_answers(live: Context, server: Server, train: Train) -> None:
    train("cnn", "a")
    assert deploy(live, "mars", architecture="cnn", run="a") == Deployment("mars", 1, "cnn", "a", "d" * 16, False)
    assert labelled_stable(server) == 1
    assert server.client.predict("mars", 1, [jpeg(230)]).answers[0].argmax() == 1
    entry = in_force(live.store, "mars")
    assert entry is not None
    assert (entry.action, entry.version, entry.previous) == ("promote", 1, None)


def test_deploying_again_does_nothing_twice(live: Context, train: Train) -> None:
    train("cnn", "a")
    deploy(live, "mars", architecture="cnn", run="a")
    assert deploy(live, "mars", architecture="cnn", run="a").already_done
    assert len(list(entries(live.store, "mars"))) == 1
    assert not live.store.exists(keys.served("mars", 2, "complete.json"))


def test_the_next_run_follows_with_the_last_one_kept_warm_and_other_models_untouched(
    live: Context, server: Server, train: Train
) -> None:
    train("cnn", "a", collection="photos")
    train("cnn", "a")
    train("cnn", "b", weight=-4.0)
    deploy(live, "photos", architecture="cnn", run="a")
    deploy(live, "mars", architecture="cnn", run="a")
    assert deploy(live, "mars", architecture="cnn", run="b").version == 2
    assert labelled_stable(server) == 2
    assert server.states("mars") == {1: "AVAILABLE", 2: "AVAILABLE"}
    assert labelled_stable(server, "photos") == 1


def test_a_run_that_is_not_there_is_not_deployed(live: Context) -> None:
    with pytest.raises(NothingToDeploy, match="no finished run a of cnn"):
        deploy(live, "mars", architecture="cnn", run="a")


class Killed(BaseException):
    """The process ends here."""


def killed(*_args: Any, **_options: Any) -> Any:
    raise Killed


@pytest.mark.parametrize("moment", ["last object", "server", "ledger", "label"])
def test_a_deploy_that_was_killed_ends_the_same_when_run_again(
    live: Context, server: Server, train: Train, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    train("cnn", "a")
    live.store.put(keys.served("mars", 1, "left/by/an/earlier/one"), b"")
    where, what = {
        "last object": (Store, "put_new"),
        "server": (promotion, "bring_up"),
        "ledger": (promotion, "append"),
        "label": (promotion, "settle"),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(where, what, killed)
        with pytest.raises(Killed):
            deploy(live, "mars", architecture="cnn", run="a")
    again = deploy(live, "mars", architecture="cnn", run="a")
    assert (again.version, again.already_done) == (1, moment == "label")
    assert labelled_stable(server) == 1
    assert len(list(entries(live.store, "mars"))) == 1
    assert not live.store.exists(keys.served("mars", 1, "left/by/an/earlier/one"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ({"saved_model.pb": b"no model"}, "could not load version 2 of mars: Can't parse"),
        ({"answers_as": 3.5}, "away from training on 3 images"),
    ],
)
def test_a_model_that_fails_its_proof_takes_nothing_from_the_one_in_force(
    live: Context, server: Server, train: Train, damage: dict[str, Any], message: str
) -> None:
    train("cnn", "a")
    train("cnn", "b", weight=-4.0, **damage)
    train("cnn", "c")
    deploy(live, "mars", architecture="cnn", run="a")
    with pytest.raises(ModelRejected, match=message):
        deploy(live, "mars", architecture="cnn", run="b")
    assert version_in_force(live.store, "mars") == 1
    assert labelled_stable(server) == 1
    server.wait_for("mars", {1: "AVAILABLE", 2: "END"})
    assert deploy(live, "mars", architecture="cnn", run="c").version == 3


def test_a_first_model_that_cannot_be_loaded_leaves_the_server_able(
    live: Context, server: Server, train: Train
) -> None:
    train("cnn", "a", **{"saved_model.pb": b"no model"})
    train("cnn", "b")
    with pytest.raises(ModelRejected, match="could not load"):
        deploy(live, "mars", architecture="cnn", run="a")
    assert version_in_force(live.store, "mars") is None
    assert deploy(live, "mars", architecture="cnn", run="b").version == 2
    assert labelled_stable(server) == 2


def test_without_a_sync_the_error_says_where_to_look(context: Context, models: Path, train: Train) -> None:
    train("cnn", "a")
    settings = context.settings.model_copy(update={"serving_models": str(models), "serving_timeout": 0.5})
    with pytest.raises(ServingUnavailable, match="fototeca sync"):
        deploy(replace(context, settings=settings), "mars", architecture="cnn", run="a")


def test_of_two_at_once_the_first_to_write_stands(
    live: Context, server: Server, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("cnn", "a")
    train("cnn", "b")
    deploy(live, "mars", architecture="cnn", run="a")
    record = live.store.get_json(keys.served("mars", 1, "complete.json"))

    def meanwhile(*_args: Any) -> None:
        append(live.store, "mars", "promote", record, "somebody else", in_force(live.store, "mars"))

    monkeypatch.setattr(promotion, "verify", meanwhile)
    with pytest.raises(Conflict, match="run again"):
        deploy(live, "mars", architecture="cnn", run="b")
    assert version_in_force(live.store, "mars") == 1
    assert labelled_stable(server) == 1


def test_another_configuration_that_drops_the_version_does_not_stop_its_rollout(
    live: Context, server: Server, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    train("cnn", "a")
    train("cnn", "b")
    deploy(live, "mars", architecture="cnn", run="a")
    real, calls = promotion._wanted, []

    def forgets_once(context: Context, *args: Any) -> Any:
        calls.append(args)
        return real(context, *(() if len(calls) == 1 else args))

    monkeypatch.setattr(promotion, "_wanted", forgets_once)
    assert deploy(live, "mars", architecture="cnn", run="b").version == 2
    assert labelled_stable(server) == 2


@pytest.fixture
def thrice(live: Context, train: Train) -> Context:
    """Three versions deployed, one after the other."""
    for run in "abc":
        train("cnn", run)
        deploy(live, "mars", architecture="cnn", run=run)
    return live


def test_rolling_back_twice_goes_back_two_versions(thrice: Context, server: Server) -> None:
    assert rollback(thrice, "mars").version == 2
    assert labelled_stable(server) == 2
    assert rollback(thrice, "mars").version == 1
    assert labelled_stable(server) == 1
    with pytest.raises(NothingToDeploy, match="the first"):
        rollback(thrice, "mars")
    assert [e.action for e in entries(thrice.store, "mars")] == ["rollback", "rollback"] + ["promote"] * 3


def test_rolling_back_to_a_version_that_was_unloaded_loads_it_first(thrice: Context, server: Server) -> None:
    server.wait_for("mars", {1: "END", 2: "AVAILABLE", 3: "AVAILABLE"})
    assert rollback(thrice, "mars", to=1).version == 1
    assert labelled_stable(server) == 1
    assert rollback(thrice, "mars", to=1).already_done


def test_a_version_that_is_not_there_cannot_come_back(thrice: Context) -> None:
    with pytest.raises(NothingToDeploy, match="those that can: 1, 2, 3"):
        rollback(thrice, "mars", to=9)


def test_a_run_deployed_after_a_rollback_keeps_its_version(thrice: Context) -> None:
    rollback(thrice, "mars")
    assert deploy(thrice, "mars", architecture="cnn", run="c").version == 3


def test_nothing_deployed_is_nothing_to_go_back_to(live: Context) -> None:
    with pytest.raises(NothingToDeploy, match="ever deployed"):
        rollback(live, "mars")


def test_a_version_from_before_there_were_tasks_comes_back(live: Context, server: Server, train: Train) -> None:
    train("cnn", "a")
    train("cnn", "b", weight=-4.0)
    golden = keys.model("mars", "cnn", "a", "golden.json")
    before = [{"probabilities" if k == "answers" else k: v for k, v in r.items()} for r in live.store.get_json(golden)]
    live.store.put_json(golden, before)
    result = keys.model("mars", "cnn", "a", "result.json")
    live.store.put_json(result, {k: v for k, v in live.store.get_json(result).items() if k != "task"})
    deploy(live, "mars", architecture="cnn", run="a")
    deploy(live, "mars", architecture="cnn", run="b")
    complete = keys.served("mars", 1, "complete.json")
    model = {k: v for k, v in live.store.get_json(complete).items() if k not in ("task", "years")}
    images = [{"image_b64": g["image_b64"], "probabilities": g["answers"]} for g in model["golden"]]
    live.store.put_json(complete, model | {"golden": images})
    assert rollback(live, "mars").version == 1
    assert labelled_stable(server) == 1
