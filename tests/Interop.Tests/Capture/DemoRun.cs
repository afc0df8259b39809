using System.Diagnostics;
using System.Text.Json;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>One run of the demo, and its capture in clear, for every test that looks at what it left.</summary>
public sealed class DemoRun : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string CapturePath => _folder.File("capture.pcap");

    public string ClearPath => _folder.File("clear.pcap");

    public TimeSpan Duration { get; private set; }

    /// <summary>The demo's own account of itself.</summary>
    public JsonElement Result { get; private set; }

    /// <summary>The account of <c>mcx trace decrypt</c>.</summary>
    public JsonElement Decryption { get; private set; }

    public IReadOnlyList<CapturedDatagram> Encrypted { get; private set; } = [];

    /// <summary>The same datagrams in the same order after <c>mcx trace decrypt</c>.</summary>
    public IReadOnlyList<CapturedDatagram> Clear { get; private set; } = [];

    public IReadOnlyList<LadderArrow> Ladder { get; private set; } = [];

    internal PublishedKeys Keys { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var clock = Stopwatch.StartNew();
        Result = await RunAsync("demo", "--json", "--out", _folder.Path);
        Duration = clock.Elapsed;
        Decryption = await RunAsync(
            "trace", "decrypt", "--json", "--capture", CapturePath, "--keys", _folder.File("keys.json"), "--out", ClearPath);
        Encrypted = CapturedDatagram.ReadAll(CapturePath);
        Clear = CapturedDatagram.ReadAll(ClearPath);
        Ladder = LadderArrow.ReadAll(_folder.File("ladder.txt"));
        Keys = PublishedKeys.Read(_folder.File("keys.json"));
    }

    /// <summary>What the talker said, as 16-bit little-endian samples: the data of a WAV file with the plain header.</summary>
    public byte[] SaidBy(string talker) => File.ReadAllBytes(Path.Combine(_folder.Path, "wav", $"said-by-{talker}.wav"))[44..];

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int exit = await McxCommand.RunAsync(McxCommand.Create(), arguments, output, errors);
        Assert.True(exit == 0, $"mcx {string.Join(' ', arguments)} ended with {exit}: {output}{errors}");
        return JsonDocument.Parse(output.ToString()).RootElement;
    }
}
