#!/bin/bash
# {{ name }}-submit.sh begins a night: it lists what the plan lacks, and submits the array and the job that closes it.
# What it exports reaches the tasks. CUDA_VISIBLE_DEVICES is not among it: Slurm gives each task its GPUs.
set -eu
cd {{ plan.parent | shell }}
{% if secrets %}
# It holds {{ secrets | join(", ") }}, one NAME="value" a line; make it with: install -m 600 /dev/null FILE
set -a
# shellcheck disable=SC1091
. {{ secrets_file | shell }}
set +a
{% endif %}
{% for key, value in environment.items() %}
export {{ key }}={{ value | shell }}
{% endfor %}
exec {{ command | shell }} array submit --units {{ unit_folder | shell }} --gpus {{ gpus }}{% if array_limit %} --array-limit {{ array_limit }}{% endif %}{% if most_tasks %} --most-tasks {{ most_tasks }}{% endif %} -- {{ plan | shell }}
