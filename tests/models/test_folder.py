"""Embedding models in folders laid out like snapshots of the hub: how they are read and used."""

import shutil

import numpy as np
import pytest
from tests.tiny_onnx import encoder, pooled_encoder, snapshot, static, table

from paperqa.errors import ModelCorrupt, ModelError, ModelMissing, SettingsError
from paperqa.models import recipe
from paperqa.models.embedding import embed_queries, embed_query, embed_texts, load_embedding
from paperqa.settings import load_settings

TEXTS = ["Linear attention runs in linear time.", "Tides rise.", "A kernel replaces the softmax."]
CLS, SEP = 101, 102  # of MiniLM's tokenizer
MEAN = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
FIRST = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}


@pytest.fixture
def tokenizer(models_folder):
    return models_folder / "minilm" / "tokenizer.json"


def load(folder, models=None):
    return load_embedding(load_settings(embedding=str(folder), models=models, threads=1))


def ids(tokenizer, text):
    from tokenizers import Tokenizer

    reader = Tokenizer.from_file(str(tokenizer))
    reader.no_padding()
    return reader.encode(text).ids


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_minilm_as_the_hub_lays_it_out_is_the_model_that_is_built_in(
    tmp_path, models_folder, tokenizer, embedding
):
    content = (models_folder / "minilm" / "model_quantized.onnx").read_bytes()
    modules = [
        {"type": f"sentence_transformers.models.{kind}"}
        for kind in ("Transformer", "Pooling", "Normalize")
    ]
    length = {"max_seq_length": 256, "do_lower_case": False}
    folder = snapshot(
        tmp_path / "m", tokenizer, content, pooling=MEAN, modules=modules,
        sentence_bert_config=length,
    )  # fmt: skip
    model = load(folder)
    assert np.array_equal(embed_texts(model, TEXTS), embed_texts(embedding, TEXTS))
    assert np.array_equal(embed_query(model, TEXTS[0]), embed_query(embedding, TEXTS[0]))
    long = "word " * 300
    assert np.array_equal(embed_query(model, long), embed_query(embedding, long))


def test_tokens_are_pooled_as_the_files_say(tmp_path, tokenizer):
    rows = table()
    mean = load(snapshot(tmp_path / "mean", tokenizer, encoder(), pooling=MEAN))
    first = load(snapshot(tmp_path / "first", tokenizer, encoder(), pooling=FIRST))
    newer = {"pooling_mode": "cls", "word_embedding_dimension": 8}
    other = load(snapshot(tmp_path / "newer", tokenizer, encoder(), pooling=newer))
    for text, vector in zip(TEXTS, embed_texts(mean, TEXTS), strict=True):
        expected = unit(rows[ids(tokenizer, text)].mean(axis=0))
        assert vector == pytest.approx(expected, abs=1e-5)  # padding counts for nothing
    assert embed_query(first, TEXTS[0]) == pytest.approx(unit(rows[CLS]), abs=1e-5)
    assert embed_query(other, TEXTS[0]) == pytest.approx(unit(rows[CLS]), abs=1e-5)


def test_a_model_with_its_pooling_inside_is_taken_as_it_is(tmp_path, tokenizer):
    model = load(snapshot(tmp_path / "m", tokenizer, pooled_encoder(), "model.onnx", pooling=FIRST))
    assert embed_query(model, "Tides rise.") == pytest.approx(unit(table()[SEP]), abs=1e-5)


def test_half_precision_and_fewer_inputs_are_no_matter(tmp_path, tokenizer):
    content = encoder(half=True, inputs=("input_ids", "attention_mask"))
    model = load(snapshot(tmp_path / "m", tokenizer, content))
    vectors = embed_texts(model, TEXTS)
    assert vectors.dtype == np.float32
    expected = unit(table()[ids(tokenizer, TEXTS[0])].mean(axis=0))
    assert vectors[0] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("e5-small-v2", "query: ", "passage: "),
        ("bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("gte-small", "", ""),
    ],
)
def test_a_family_gets_the_words_that_it_was_trained_with(
    name, query, passage, tmp_path, tokenizer
):
    """Of a name of the hub, and of the hub's own cache, as of a folder."""
    content = encoder()
    plain = load(snapshot(tmp_path / "plain", tokenizer, content, pooling=MEAN))
    places = [
        tmp_path / name,
        tmp_path / "cache" / f"models--owner--{name}" / "snapshots" / "0a1b2c",
        tmp_path / "models" / "hub" / f"owner--{name}",
    ]
    for place in places:
        snapshot(place, tokenizer, content, pooling=MEAN)
    for value in (*places[:2], f"owner/{name}"):
        model = load(value, tmp_path / "models")
        (told,) = embed_texts(plain, [passage + TEXTS[0]])
        assert np.allclose(embed_texts(model, TEXTS[:1])[0], told)
        asked = embed_query(plain, query + TEXTS[0])
        assert np.allclose(embed_query(model, TEXTS[0]), asked)
        assert np.allclose(embed_queries(model, TEXTS[:2])[0], asked)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/multilingual-e5-base", ("query: ", "passage: ", "mean")),
        ("intfloat/multilingual-e5-large-instruct", (recipe._INSTRUCT, "", "mean")),
        ("BAAI/bge-large-en-v1.5", (recipe._SEARCH, "", "cls")),
        ("Xenova/bge-base-en-v1.5", (recipe._SEARCH, "", "cls")),
        ("BAAI/bge-m3", ("", "", "cls")),
        ("nomic-embed-text", ("search_query: ", "search_document: ", "mean")),
        ("Snowflake/snowflake-arctic-embed-m-v1.5", (recipe._SEARCH, "", "cls")),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", ("query: ", "", "cls")),
        ("mixedbread-ai/mxbai-embed-large-v1", (recipe._SEARCH, "", "cls")),
        ("thenlper/gte-base", ("", "", "mean")),
        ("Alibaba-NLP/gte-large-en-v1.5", ("", "", "cls")),
        ("text-embedding-3-small", ("", "", "mean")),
    ],
)
def test_names_of_the_families(name, expected):
    found = recipe.by_name(name)
    assert (found.query, found.passage, found.pooling) == expected


def test_what_a_models_own_files_say_counts_more_than_its_name():
    prompts = {"prompts": {"query": "Q ", "document": "D ", "clustering": "C "}}
    files = {
        "config_sentence_transformers.json": prompts,
        "1_Pooling/config.json": FIRST,
        "tokenizer_config.json": {"model_max_length": 10**30},
    }
    found = recipe.read("e5-small", files)
    assert (found.query, found.passage, found.pooling, found.max_tokens) == (
        "Q ",
        "D ",
        "cls",
        8192,
    )
    prompts["prompts"] = {"query": "", "document": ""}  # newer files say so where nothing is known
    assert recipe.read("e5-small", files).query == "query: "
    prompts["prompts"] = {"search_query": "sq ", "search_document": "sd "}
    files["sentence_bert_config.json"] = {"max_seq_length": 128}
    found = recipe.read("any", files)
    assert (found.query, found.passage, found.max_tokens) == ("sq ", "sd ", 128)


@pytest.mark.parametrize(
    ("configs", "says"),
    [
        ({"pooling": {"pooling_mode_lasttoken": True}}, "pools its tokens by lasttoken"),
        ({"pooling": {"pooling_mode_mean_sqrt_len_tokens": True}}, "pools its tokens by mean_sqrt"),
        (
            {"pooling": MEAN | FIRST | MEAN, "modules": [{"type": "a.models.Dense"}]},
            "a Dense layer",
        ),
    ],
)
def test_what_can_not_be_done_is_not_done_wrongly(configs, says, tmp_path, tokenizer):
    with pytest.raises(ModelError, match=says):
        load(snapshot(tmp_path / "m", tokenizer, encoder(), **configs))


def test_a_folder_that_can_not_be_used_is_said_in_one_sentence(tmp_path, tokenizer):
    folder = snapshot(tmp_path / "m", tokenizer, encoder())
    strange = encoder(inputs=("input_ids", "attention_mask", "past_key_values"))

    def fails(change, error, says):
        copy = shutil.copytree(folder, tmp_path / "copy")
        change(copy)
        with pytest.raises(error, match=says) as caught:
            load(copy)
        assert "\n" not in str(caught.value)
        shutil.rmtree(copy)

    onnx = "onnx/model.onnx"
    fails(lambda f: (f / "tokenizer.json").unlink(), ModelMissing, "has no tokenizer.json")
    fails(lambda f: (f / onnx).unlink(), ModelMissing, "has no onnx/model.onnx or model.onnx or")
    fails(lambda f: (f / onnx).write_bytes(b"x" * 99), ModelCorrupt, "can't be loaded")
    fails(lambda f: (f / "tokenizer.json").write_text("{}"), ModelCorrupt, "can't be loaded")
    fails(lambda f: (f / onnx).write_bytes(strange), ModelError, "asks for past_key_values")
    fails(lambda f: (f / "modules.json").write_text("["), ModelCorrupt, "modules.json is no JSON")
    with pytest.raises(SettingsError, match=r"the folder ./gone, which isn't there"):
        load("./gone")
    with pytest.raises(ModelMissing, match=r"has no onnx/q4.onnx"):
        load(f"{folder}#onnx/q4.onnx")
    shutil.move(folder / onnx, folder / "onnx/q4.onnx")
    assert embed_query(load(f"{folder}#onnx/q4.onnx"), "x").shape == (8,)


def test_another_model_in_the_same_folder_has_another_name(tmp_path, tokenizer):
    folder = snapshot(tmp_path / "m", tokenizer, encoder())
    name = load(folder).model_name
    assert load(folder).model_name == name
    assert load(shutil.copytree(folder, tmp_path / "else" / "m")).model_name == name
    content = bytearray((folder / "onnx/model.onnx").read_bytes())
    content[1000] ^= 1
    (folder / "onnx/model.onnx").write_bytes(content)
    assert load(folder).model_name != name


@pytest.mark.parametrize("value", ["word2vec", "a b/c", "ftp://host/x", ""])
def test_what_names_no_model_is_told_what_does(value, tmp_path):
    settings = load_settings(models=tmp_path).model_copy(update={"embedding": value})
    with pytest.raises(SettingsError, match=r"is none of: minilm, potion, .*http://host:port/v1"):
        load_embedding(settings)


def test_a_model_of_the_hub_that_is_not_here_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelMissing, match=r"run `paperqa models pull BAAI/bge-small-en-v1.5`"):
        load("BAAI/bge-small-en-v1.5", tmp_path)


# --- static embeddings -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_a_static_model_is_the_mean_of_its_tokens(kind, tmp_path, tokenizer):
    rows = table().astype(kind)
    model = load(static(tmp_path / "m", tokenizer, rows))
    tokens = ids(tokenizer, TEXTS[0])[1:-1]  # neither [CLS] nor [SEP]
    vectors = embed_texts(model, [*TEXTS, "☃☃"])
    assert vectors[0] == pytest.approx(unit(rows[tokens].astype(np.float32).mean(axis=0)), abs=1e-5)
    assert not vectors[3].any()  # nothing of it is known
    assert np.array_equal(embed_query(model, TEXTS[1]), vectors[1])
    assert len(embed_texts(model, ["many"] * 2000)) == 2000


def test_weights_of_another_kind_are_no_static_model(tmp_path, tokenizer):
    folder = static(tmp_path / "m", tokenizer, table())
    (folder / "model.safetensors").write_bytes(b"\x02" + b"\x00" * 7 + b"{}")
    with pytest.raises(ModelCorrupt, match=r"a file exported to ONNX \(onnx/model.onnx\)"):
        load(folder)
    static(folder, tokenizer, table(tokens=99))
    with pytest.raises(ModelCorrupt, match="fewer vectors than"):
        load(folder)


def test_potion_knows_what_is_near(potion):
    vectors = embed_texts(potion, TEXTS)
    assert vectors.shape == (3, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    question = embed_query(potion, "Which method makes attention cheaper than quadratic?")
    assert np.argmax(vectors @ question) == 0
    assert np.argmin(vectors @ question) == 1
