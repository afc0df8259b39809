using System.Diagnostics;
using System.Globalization;
using System.Text;
using MediaEngine.Floor;
using MediaEngine.Rtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Floor;

/// <summary>An independent dissector reads what we write.</summary>
public sealed class TsharkDecodesFloorMessagesTests
{
    private const int Port = 5001;

    [Fact]
    public void Every_type_of_message_is_decoded_and_none_is_malformed()
    {
        RequireTool("text2pcap");
        RequireTool("tshark");
        List<byte[]> messages = [.. OfTheVectors(), .. OfTheMachines()];
        Assert.Equal(Enum.GetValues<FloorMessageType>().Where(type => type != FloorMessageType.RevokeRequest),
            messages.Select(message => (FloorMessageType)(message[0] & 0x0F)).Distinct().Order());

        string capture = Path.Combine(Path.GetTempPath(), $"floor-{Guid.NewGuid():N}.pcap");
        try
        {
            Run("text2pcap", ["-q", "-u", $"5000,{Port}", "-", capture], HexDump(messages));
            string decoded = Run("tshark",
            [
                "-r", capture, "-d", $"udp.port=={Port},rtcp", "-T", "fields", "-E", "separator=;",
                "-e", "rtcp.app.name", "-e", "rtcp.app.subtype", "-e", "rtcp.app_data.mcptt.priority",
                "-e", "_ws.malformed", "-e", "_ws.expert.message",
            ]);
            string[] rows = decoded.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(messages.Count, rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                string[] columns = rows[i].Split(';');
                Assert.Equal("MCPT", columns[0]);
                Assert.Equal(messages[i][0] & 0x1F, int.Parse(columns[1], CultureInfo.InvariantCulture));
                Assert.True(columns[3].Length == 0 && !columns[4].Contains("Malformed", StringComparison.OrdinalIgnoreCase),
                    $"{Convert.ToHexString(messages[i])}: {rows[i]}");
            }
            Assert.Contains(rows, row => row.Split(';')[2] == "5");
        }
        finally
        {
            File.Delete(capture);
        }
    }

    // The dissector reads another layout of the List of SSRCs than ours and does not know Floor Revoke Request.
    private static IEnumerable<byte[]> OfTheVectors() =>
        Enumerable.Range(1, FloorVectors.Hex.Length).Where(number => number != 16)
            .Select(number => FloorReencoder.Reencode(FloorVectors.Octets(number)));

    private static List<byte[]> OfTheMachines()
    {
        var messages = new List<byte[]>();
        var scene = new ArbiterScene(new FloorPolicy { RequestAck = true }, participants: 4);
        void Keep()
        {
            for (int i = 0; i < scene.Effects.Count; i++)
            {
                if (scene.Effects[i].Kind == FloorEffectKind.Send)
                    messages.Add(scene.Effects.Message(scene.Effects[i]).ToArray());
            }
        }
        Action[] steps =
        [
            () => scene.Receive(1, FloorVectors.Octets(2)), () => scene.Request(2, 3), () => scene.Request(4),
            () => scene.Request(3, indicator: FloorIndicator.Emergency), () => scene.Release(1, ack: true), () => scene.Media(2),
            () => scene.Release(3),
        ];
        foreach (Action step in steps)
        {
            step();
            Keep();
        }
        var effects = new FloorEffects();
        var participant = new FloorParticipant(ParticipantScene.Options);
        participant.PushToTalk(Instant.Zero, effects);
        participant.Receive(FloorMessages.QueuePositionInfo(1, ack: true), Instant.Zero, effects);
        participant.RequestQueuePosition(Instant.Zero, effects);
        participant.ReleaseToTalk(Instant.Zero, effects);
        for (int i = 0; i < effects.Count; i++)
        {
            if (effects[i].Kind == FloorEffectKind.Send)
                messages.Add(effects.Message(effects[i]).ToArray());
        }
        return messages;
    }

    private static string HexDump(List<byte[]> messages)
    {
        var text = new StringBuilder();
        foreach (byte[] message in messages)
        {
            for (int offset = 0; offset < message.Length; offset += 16)
            {
                text.Append(CultureInfo.InvariantCulture, $"{offset:x6}");
                foreach (byte octet in message.AsSpan(offset, Math.Min(16, message.Length - offset)))
                    text.Append(CultureInfo.InvariantCulture, $" {octet:x2}");
                text.Append('\n');
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static void RequireTool(string tool)
    {
        bool found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, tool)));
        if (found)
            return;
        string message = $"{tool} is missing: install the Debian package tshark.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", message);
        Assert.Skip(message);
    }

    private static string Run(string tool, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), $"{tool} does not end.");
        Assert.True(process.ExitCode == 0, $"{tool}: {errors.Result}");
        return output;
    }
}
