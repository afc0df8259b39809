using System.Net.Sockets;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OperatorSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("operator.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_socket_that_a_killed_server_left_is_replaced()
    {
        // Bound by a name that is renamed away: closing does not remove it, as with SIGKILL.
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(_folder.File("before")));
            killed.Listen();
            File.Move(_folder.File("before"), Path);
        }
        Assert.True(File.Exists(Path));
        using OperatorSocket socket = OperatorSocket.Bind(Path);
        socket.Listener.Listen();
        Connect();
    }

    [Fact]
    public void A_socket_of_a_server_that_runs_is_left_alone()
    {
        using OperatorSocket running = OperatorSocket.Bind(Path);
        running.Listener.Listen();
        var refused = Assert.Throws<OperatorBindException>(() => OperatorSocket.Bind(Path));
        Assert.Equal($"operator.socket {Path}: another server that runs uses it; stop that server, or choose another path.", refused.Message);
        Connect();
    }

    [Fact]
    public void A_file_is_never_replaced()
    {
        File.WriteAllText(Path, "precious");
        Assert.Contains("a file that is no socket", Assert.Throws<OperatorBindException>(() => OperatorSocket.Bind(Path)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(Path));
    }

    [Fact]
    public void A_folder_that_everybody_may_write_in_is_refused()
    {
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherWrite);
        Assert.Contains("chmod o-w", Assert.Throws<OperatorBindException>(() => OperatorSocket.Bind(Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere/operator.sock", "does not exist; make it")]
    [InlineData("a-name-that-is-much-longer-than-the-108-octets-that-the-address-of-a-unix-domain-socket-has-room-for-on-linux-systems.sock", "choose another path")]
    public void A_path_that_cannot_be_is_a_named_error(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<OperatorBindException>(() => OperatorSocket.Bind(_folder.File(name))).Message, StringComparison.Ordinal);

    [Fact]
    public void It_goes_with_its_server()
    {
        OperatorSocket.Bind(Path).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private void Connect()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(Path));
    }
}
