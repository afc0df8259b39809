using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// A network namespace joined to the tests' own by a pair of virtual interfaces, for peers that pass over the loopback interface;
/// removed when disposed. Name and addresses are its own.
/// </summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private readonly string _name = $"mcx{Random.Shared.Next(0x1000000):x6}";
    private bool _linked;

    private NetworkNamespace()
    {
        // A /30 of 198.18.0.0/15 (RFC 2544), of which hosts have none.
        int subnet = Random.Shared.Next(1 << 15) << 2;
        HostAddress = AddressOf(subnet + 1);
        Address = AddressOf(subnet + 2);
    }

    /// <summary>Of the tests' end of the pair.</summary>
    public IPAddress HostAddress { get; }

    /// <summary>Of the end within.</summary>
    public IPAddress Address { get; }

    /// <summary>Skips the test, or in CI fails it, where namespaces cannot be made.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        PeerProgram.Require("ip", "iproute2");
        var created = new NetworkNamespace();
        (int exitCode, _, string errors) = await PeerProgram.TryRunAsync("ip", ["netns", "add", created._name]);
        PeerProgram.Require(exitCode == 0, $"a network namespace, which takes root with CAP_NET_ADMIN ({errors.Trim()}),", "iproute2");
        try
        {
            await created.LinkAsync();
            return created;
        }
        catch
        {
            await created.DisposeAsync();
            throw;
        }
    }

    /// <summary>How a program is started within.</summary>
    public ProcessStartInfo Start(string program, params string[] arguments) =>
        new("ip", ["netns", "exec", _name, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    public async ValueTask DisposeAsync()
    {
        // Its other end goes with it, even while a socket still holds the namespace.
        if (_linked)
            await PeerProgram.TryRunAsync("ip", ["link", "del", _name]);
        await PeerProgram.TryRunAsync("ip", ["netns", "del", _name]);
    }

    private async Task LinkAsync()
    {
        await IpAsync($"link add {_name} type veth peer name inner netns {_name}");
        _linked = true;
        await IpAsync($"addr add {HostAddress}/30 dev {_name}");
        await IpAsync($"link set {_name} up");
        await IpAsync($"-n {_name} addr add {Address}/30 dev inner");
        await IpAsync($"-n {_name} link set inner up");
        await IpAsync($"-n {_name} link set lo up");
        await IpAsync($"-n {_name} route add default via {HostAddress}");
    }

    private static Task IpAsync(string arguments) => PeerProgram.RunAsync("ip", arguments.Split(' '));

    private static IPAddress AddressOf(int host) =>
        IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"198.{18 + (host >> 16)}.{(host >> 8) & 255}.{host & 255}"));
}
