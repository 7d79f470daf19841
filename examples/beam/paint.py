"""Paint photographs in an Apache Beam pipeline: names and bytes in, names and bytes out, and reasons of what failed."""

import argparse
import io

import apache_beam as beam
from apache_beam.io import fileio
from apache_beam.options.pipeline_options import PipelineOptions
from PIL import Image

import fast_style
from fast_style.common.errors import UserError

FAILED = "failed"


class Paint(beam.DoFn):
    """(name, bytes of a photograph) -> (name, bytes of the painting as PNG); what fails, as (name, reason) of `FAILED`.

    Args:
        network: name of one that ships. A worker loads it with its first photograph and keeps it.
    """

    def __init__(self, network):
        self.network = network

    def process(self, photograph):
        name, content = photograph
        try:
            picture = fast_style.stylize(content, self.network)
        except UserError as error:  # one bad photograph stops nothing
            yield beam.pvalue.TaggedOutput(FAILED, (name, str(error)))
            return
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        yield name, file.getvalue()


class PngSink(fileio.FileSink):
    """Writes a picture, which is all that its file holds."""

    def open(self, file):
        self._file = file

    def write(self, record):
        self._file.write(record[1])

    def flush(self):
        self._file.flush()


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True, help="a pattern, of any file system of Beam: gs://mine/*.jpg")
    parser.add_argument("--output", required=True, help="a folder")
    parser.add_argument("--network", default="starry_night_fast")
    options, of_beam = parser.parse_known_args(arguments)
    with beam.Pipeline(options=PipelineOptions(of_beam)) as pipeline:
        painted = (
            pipeline
            | fileio.MatchFiles(options.input)
            | fileio.ReadMatches()
            | "Read" >> beam.Map(lambda file: (file.metadata.path.rpartition("/")[2], file.read()))
            | "Spread" >> beam.Reshuffle()
            | beam.ParDo(Paint(options.network)).with_outputs(FAILED, main="painted")
        )
        # A file for each name, which Beam moves to its place when it is whole: what is tried again is there once.
        _ = painted.painted | fileio.WriteToFiles(
            options.output,
            destination=lambda record: record[0],
            sink=lambda destination: PngSink(),
            file_naming=lambda window, pane, shard, shards, compression, destination: (
                f"{destination.rpartition('.')[0]}_painted.png"
            ),
            shards=1,
        )
        failed = painted[FAILED] | beam.Map("\t".join)
        _ = failed | beam.io.WriteToText(f"{options.output}/failed", ".tsv", shard_name_template="")


if __name__ == "__main__":
    main()
