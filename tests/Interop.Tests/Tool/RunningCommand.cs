using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>A command with <c>--json</c> that runs beside the test, which waits for its lines and writes its input.</summary>
internal sealed class RunningCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LineWriter _output = new();
    private readonly LineReader _input = new();
    private readonly StringWriter _errors = new();
    private readonly List<JsonElement> _lines = [];

    public RunningCommand(params string[] arguments) =>
        Exit = Task.Run(() => McxCommand.RunAsync(McxCommand.Create(_input), [.. arguments, "--json"], _output, _errors));

    public Task<int> Exit { get; }

    /// <summary>What was waited past or for.</summary>
    public IReadOnlyList<JsonElement> Lines => _lines;

    public void Write(string line) => _input.Lines.Add(line);

    public void Dispose()
    {
        _input.Lines.CompleteAdding();
        Exit.Wait(Patience);
        _output.Dispose();
        _input.Dispose();
        _errors.Dispose();
    }

    /// <summary>The next line of that kind.</summary>
    public Task<JsonElement> NextAsync(string name, Func<JsonElement, bool>? match = null) => Task.Run(() =>
    {
        while (_output.Lines.TryTake(out string? text, Patience))
        {
            JsonElement line = JsonDocument.Parse(text).RootElement;
            _lines.Add(line);
            if ((line.TryGetProperty("event", out JsonElement kind) || line.TryGetProperty("result", out kind)) && kind.GetString() == name && (match is null || match(line)))
                return line;
        }
        throw new TimeoutException($"no {name} among:\n{string.Join('\n', _lines)}\n{_errors}");
    });

    private sealed class LineWriter : TextWriter
    {
        public BlockingCollection<string> Lines { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new NotSupportedException("Commands write lines.");

        public override void WriteLine(string? value) => Lines.Add(value!);
    }

    private sealed class LineReader : TextReader
    {
        public BlockingCollection<string> Lines { get; } = [];

        public override string? ReadLine() => Lines.TryTake(out string? line, Timeout.Infinite) ? line : null;
    }
}
