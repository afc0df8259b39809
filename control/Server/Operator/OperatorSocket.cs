using System.Net.Sockets;

namespace MediaEngine.Server;

/// <summary>
/// A listening Unix domain socket that only its owner may connect to. It is bound in a folder nobody else may enter and moved to
/// its place with its mode set, so that it is never open to others. One left over by a killed server is replaced.
/// </summary>
internal sealed class OperatorSocket : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private OperatorSocket(Socket listener, string path) => (Listener, Path) = (listener, path);

    /// <summary>Bound, not listening yet.</summary>
    public Socket Listener { get; }

    public string Path { get; }

    /// <exception cref="OperatorBindException">The socket is not to be had.</exception>
    public static OperatorSocket Bind(string path)
    {
        if (OperatingSystem.IsWindows())
            throw Refused(path, "Unix domain sockets have no owner on this system; leave it out");
        string full = System.IO.Path.GetFullPath(path);
        string folder = System.IO.Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
            throw Refused(path, $"the folder {folder} does not exist; make it");
        if ((File.GetUnixFileMode(folder) & UnixFileMode.OtherWrite) != 0)
            throw Refused(path, $"everybody may write in {folder} and put another socket there; choose another folder, or 'chmod o-w' it");
        CheckReplaceable(full);
        string entry = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(full)}.new");
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            Directory.CreateDirectory(entry, OwnerOnly | UnixFileMode.UserExecute);
            string temporary = System.IO.Path.Combine(entry, "s");
            listener.Bind(EndPoint(temporary));
            File.SetUnixFileMode(temporary, OwnerOnly);
            File.Move(temporary, full, overwrite: true);
            Directory.Delete(entry);
            return new OperatorSocket(listener, full);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw Refused(path, $"{e.Message.TrimEnd('.')}; choose another path", e);
        }
    }

    /// <summary>Of a path that may be too long for a socket address (108 octets) when it is written from the root on.</summary>
    /// <exception cref="ArgumentException">It is too long either way.</exception>
    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        string relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, full);
        return new UnixDomainSocketEndPoint(relative.Length < full.Length ? relative : full);
    }

    public void Dispose()
    {
        Listener.Dispose();
        File.Delete(Path);
    }

    private static void CheckReplaceable(string path)
    {
        if (!File.Exists(path))
            return;
        if (IsFile(path))
            throw Refused(path, "a file that is no socket lies there; choose another path, or remove it");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(EndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return; // nobody listens: its server was killed
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw Refused(path, $"{e.Message.TrimEnd('.')}; choose another path", e);
        }
        throw Refused(path, "another server that runs uses it; stop that server, or choose another path");
    }

    // A socket cannot be opened (open(2): ENXIO).
    private static bool IsFile(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static OperatorBindException Refused(string path, string reason, Exception? inner = null) =>
        new($"operator.socket {path}: {reason}.", inner);
}
