using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>One MC client of the demo and what the demo watches it by.</summary>
internal sealed class DemoClient : IAsyncDisposable
{
    private readonly ClientProfile _profile;

    public DemoClient(
        string name, ClientProfile profile, LadderView ladder, PcapWriter capture, CaptureKeys keys, bool recordsMulticast, string wavFolder, string keyFile)
    {
        Name = name;
        _profile = profile;
        Tap = new DemoTap(name, profile.McpttId, ladder, capture, keys, recordsMulticast);
        Endpoint = new McxEndpoint(profile, new EndpointOptions { Tap = Tap, OutputDirectory = wavFolder, KeyFile = keyFile });
    }

    public string Name { get; }

    public McxEndpoint Endpoint { get; }

    public DemoTap Tap { get; }

    public SipTransportKind Transport => _profile.Transport;

    public string McpttId => _profile.McpttId;

    public async ValueTask DisposeAsync()
    {
        await Endpoint.DisposeAsync().ConfigureAwait(false);
        Tap.Dispose();
        _profile.Dispose();
    }
}
