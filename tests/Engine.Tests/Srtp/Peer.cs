using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>A program that speaks SRTP, and the ends of the wire to it.</summary>
internal static class Peer
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Skips the test where the program is missing, or fails it where CI says that it must be there.</summary>
    public static void Require(string program, string package)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").ToArray();
        Require(
            folders.Any(folder => File.Exists(Path.Combine(folder, program))),
            $"{program} is missing, so NOTHING was exchanged with it: apt-get install {package}");
    }

    public static void Require(bool holds, string missing)
    {
        if (holds)
            return;
        Assert.False(string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase), missing);
        Assert.Skip(missing);
    }

    public static Process Start(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    public static void Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {arguments}: {error}");
    }

    public static Socket Listen(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    public static int Port(this Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>A port nobody uses now, even, with the next one free for RTCP.</summary>
    public static int FreePort()
    {
        using Socket probe = Listen(IPAddress.Loopback);
        return probe.Port() & ~1;
    }

    /// <summary>Sends packets until the peer has written <paramref name="wanted"/> octets that are all the one given.</summary>
    public static async Task<bool> HearsAsync(Process peer, Action sendOne, byte octet, int wanted)
    {
        using var stop = new CancellationTokenSource(Patience);
        Task<int> heard = Task.Run(() => CountAsync(peer.StandardOutput.BaseStream, octet, wanted, stop.Token));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!heard.IsCompleted && await pace.WaitForNextTickAsync())
        {
            if (stop.IsCancellationRequested)
                break;
            sendOne();
        }
        peer.Kill();
        return await heard >= wanted;
    }

    private static async Task<int> CountAsync(Stream stream, byte octet, int wanted, CancellationToken stop)
    {
        byte[] buffer = new byte[4096];
        int count = 0;
        try
        {
            while (count < wanted)
            {
                int read = await stream.ReadAsync(buffer, stop);
                if (read == 0)
                    return count;
                count += buffer.AsSpan(0, read).Count(octet);
            }
        }
        catch (OperationCanceledException)
        {
            return count;
        }
        return count;
    }
}
