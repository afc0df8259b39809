namespace MediaEngine.Tool;

/// <summary>The synthetic speech that ships beside the program.</summary>
public static class SpeechSamples
{
    /// <summary>About 2.3 s, a male voice.</summary>
    public static string Speech => Path.Combine(AppContext.BaseDirectory, "Samples", "speech.wav");

    /// <summary>About 1.4 s, a female voice.</summary>
    public static string Reply => Path.Combine(AppContext.BaseDirectory, "Samples", "reply.wav");
}
