using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

/// <summary>A stack against SIPp (Debian package sip-tester), an implementation that is not ours.</summary>
public sealed partial class SippInteropTests
{
    private const int Calls = 25;

    [Theory]
    [InlineData("options.xml", "u1")]
    [InlineData("options.xml", "t1")]
    [InlineData("message.xml", "u1")]
    [InlineData("message.xml", "t1")]
    [InlineData("invite-bye.xml", "u1")]
    [InlineData("invite-bye.xml", "t1")]
    [InlineData("invite-cancel.xml", "u1")]
    [InlineData("invite-cancel.xml", "t1")]
    public async Task Sipp_calls_us(string scenario, string transport)
    {
        RequireSipp();
        await using StackPeer server = new();
        server.Handler = (peer, id, request, flow) =>
        {
            if (request.RequestUri.Contains("ringing", StringComparison.Ordinal) && request.Method == "INVITE")
                peer.Stack.Respond(id, SipResponse.For(request, 180, toTag: "tb"));
            else if (request.Method == "CANCEL")
                peer.Stack.Respond(id, MakeTerminated(request));
            else
                StackPeer.AnswerOk(peer, id, request, flow);
        };
        IPEndPoint target = server.Stack.EndPoint(transport == "u1" ? SipTransportKind.Udp : SipTransportKind.Tcp);
        await RunSippAsync($"-sf {Path.Combine(Folder(), "Scenarios", scenario)} {target} -t {transport} -m {Calls} -r 100");
        Assert.Equal(0, server.Stack.Counters[SipCounter.MalformedDropped] + server.Stack.Counters[SipCounter.BadRequestAnswered]);
    }

    [Theory]
    [InlineData(SipTransportKind.Udp, "u1")]
    [InlineData(SipTransportKind.Tcp, "t1")]
    public async Task We_call_sipp(SipTransportKind transport, string option)
    {
        RequireSipp();
        await using StackPeer client = new();
        int port = FreePort();
        Task sipp = RunSippAsync($"-sn uas -t {option} -m 5", port);
        var destination = new SipDestination(transport, new IPEndPoint(IPAddress.Loopback, port));
        for (int i = 0; i < 5; i++)
        {
            SipRequest invite = client.NewRequest("INVITE");
            SipResponse success = await InviteAsync(client, invite, destination);
            var dialog = SipDialog.FromClient(invite, success);
            client.Stack.SendAck(dialog.CreateAck(invite.CSeq.Number), destination);
            object bye = new();
            client.Stack.SendRequest(bye, dialog.CreateRequest("BYE"), destination);
            Assert.Equal(200, (await client.OutcomeAsync(bye))?.Status);
        }
        await sipp;
    }

    /// <summary>SIPp may not listen yet: over TCP that is a refused connection, tried again until it does.</summary>
    private static async Task<SipResponse> InviteAsync(StackPeer client, SipRequest invite, SipDestination destination)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            object token = new();
            client.Stack.SendRequest(token, invite, destination);
            if (await client.OutcomeAsync(token) is { } response)
                return response;
            Assert.True(patience.Elapsed < StackPeer.Patience, "SIPp does not listen.");
        }
    }

    private static SipResponse MakeTerminated(SipRequest cancel)
    {
        SipResponse terminated = SipResponse.For(cancel, 487, toTag: "tb");
        terminated.Headers.Set("CSeq", $"{cancel.CSeq.Number} INVITE");
        return terminated;
    }

    private static void RequireSipp()
    {
        string[] paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (paths.Any(path => File.Exists(Path.Combine(path, "sipp"))))
            return;
        const string reason = "sipp is not installed: install Debian package sip-tester.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static async Task RunSippAsync(string arguments, int port = 0)
    {
        var start = new ProcessStartInfo("sipp",
            string.Create(CultureInfo.InvariantCulture,
                $"{arguments} -i 127.0.0.1 -p {(port == 0 ? FreePort() : port)} -nostdin -timeout 20 -timeout_error -recv_timeout 10000"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(40));
        Assert.True(process.ExitCode == 0, $"sipp ended with {process.ExitCode}:\n{await errors}\n{await output}");
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
