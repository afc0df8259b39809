using System.CommandLine;
using System.Text.Json.Nodes;

namespace MediaEngine.Tool;

/// <summary><c>mcx trace decrypt</c>.</summary>
internal static class TraceCommand
{
    public static Command Create() => new("trace", "Work on recorded traffic.") { Decrypt() };

    private static Command Decrypt()
    {
        var capture = new Option<string>("--capture") { Description = "Capture to read (pcap)", HelpName = "file", Required = true };
        var keys = new Option<string>("--keys") { Description = "Key file written with the capture", HelpName = "file", Required = true };
        var target = new Option<string>("--out") { Description = "Capture to write", HelpName = "file", Required = true };
        var json = new Option<bool>("--json") { Description = "The result as a JSON object" };
        var command = new ExampleCommand(
            "decrypt",
            "Rewrite a capture with media and floor control in clear, so that protocol analysers can read them.",
            "mcx trace decrypt --capture call.pcap --keys keys.json --out clear.pcap")
        {
            capture, keys, target, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var output = new CommandOutput(
                parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            return CommandSession.GuardAsync(
                output,
                () => DecryptAsync(parsed.GetValue(capture)!, parsed.GetValue(keys)!, parsed.GetValue(target)!, output, cancellation),
                cancellation);
        });
        return command;
    }

    private static async Task DecryptAsync(string capture, string keys, string target, CommandOutput output, CancellationToken cancellation)
    {
        if (Path.GetFullPath(capture) == Path.GetFullPath(target))
            throw new ToolException($"{target}: --out is the capture that is read; choose another file.");
        using var decryptor = new CaptureDecryptor(CaptureKeys.Load(keys));
        // The first read tells whether the capture can be used, before a file is created.
        _ = CaptureFile.Read(capture).FirstOrDefault();
        var writer = new PcapWriter(target);
        DecryptSummary summary;
        try
        {
            summary = await decryptor.DecryptAsync(capture, writer, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }
        output.Result(
            $"{summary.Media} media and {summary.Floor} floor control packets decrypted, {summary.Failed} failed, {summary.Copied} copied; " +
            $"read it with: {Analyser(target, summary)}",
            new JsonObject
            {
                ["media"] = summary.Media,
                ["floor"] = summary.Floor,
                ["failed"] = summary.Failed,
                ["copied"] = summary.Copied,
                ["analyser"] = Analyser(target, summary),
            });
    }

    // The session descriptions say RTP/SAVP: without the option an analyser would take what is clear now for encrypted.
    private static string Analyser(string target, DecryptSummary summary) =>
        $"tshark -r {target} -o sdp.establish_conversation:FALSE --enable-heuristic rtp_udp" +
        string.Concat(summary.FloorPorts.Take(16).Select(port => $" -d udp.port=={port},rtcp"));
}
