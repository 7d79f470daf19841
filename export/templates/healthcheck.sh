# Exit code 0 where each model of models.config is available. The image of TF Serving has bash, but no curl.
# bash healthcheck.sh [PORT]
for name in $(sed -n 's/^ *name: "\(.*\)"$/\1/p' "$(dirname "$0")/models.config"); do
    exec 3<>"/dev/tcp/127.0.0.1/${1:-8501}" || exit 1
    printf 'GET /v1/models/%s HTTP/1.0\r\nConnection: close\r\n\r\n' "$name" >&3
    grep -q '"AVAILABLE"' <&3 || exit 1
done
