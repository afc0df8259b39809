using System.Globalization;

namespace MediaEngine.Tool;

/// <summary>Writes heard bursts as WAV files: time, group, talker in the name.</summary>
internal sealed class BurstWriter(string? directory, Action<EndpointEvent> publish)
{
    private int _count;

    /// <summary>The path written, or null when nothing is to be written or could not be.</summary>
    public string? Write(string group, HeardBurst burst)
    {
        if (directory is null)
            return null;
        string name = string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss}-{Interlocked.Increment(ref _count):000}-{Clean(group)}-{Clean(burst.Talker ?? "unknown")}.wav");
        string path = Path.Combine(directory, name);
        try
        {
            WavFile.Write(path, burst.Samples);
            return path;
        }
        catch (ToolException e)
        {
            publish(new EndpointWarning(e.Message));
            return null;
        }
    }

    // sip:alice@mcx.example -> alice: a name from the wire must not become a path.
    private static string Clean(string uri)
    {
        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        string rest = uri[(colon + 1)..];
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        string user = at > 0 ? rest[..at] : rest;
        string clean = string.Concat(user.Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        return clean.Length == 0 ? "unknown" : clean;
    }
}
